import { invalid } from '../refusal.ts';
import { shown } from '../request/values.ts';

export const stages = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof stages)[number];

/** Of these a model usually has one version each. */
export const activeStages: readonly Stage[] = ['Staging', 'Production'];

/** MLflow takes a stage in any case. */
export function stageNamed(text: string): Stage {
  const found = stages.find((stage) => stage.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw invalid(`Invalid Model Version stage: ${shown(text)}. Value must be one of ${stages.join(', ')}.`);
}

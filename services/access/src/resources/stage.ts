/** The lifecycle stages that policy knows, as it spells them. */
export const production = 'Production';
export const archived = 'Archived';
const stages: readonly string[] = ['None', 'Staging', production, archived];

/**
 * The one spelling of a stage. MLflow takes `production` for `Production`, and a guardrail that compares text must not be
 * passed by another spelling. A stage that is not known is kept as it is.
 */
export function canonicalStage(text: string): string {
  const spelled = text.trim();
  return stages.find((stage) => stage.toLowerCase() === spelled.toLowerCase()) ?? spelled;
}

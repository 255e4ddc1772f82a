import type { FailedCase } from '@modelward/access';
import type { BundleFile, BundleFlaw } from '@modelward/policy';
import { plain } from '../table.ts';

const widestShown = 160;

/** A flaw with the line that it is in and a caret under where it begins. */
export function flawLines(
  { file, line, column, message }: BundleFlaw,
  files: readonly BundleFile[],
): readonly string[] {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const text = line === undefined ? undefined : files.find(({ path }) => path === file)?.text.split('\n')[line - 1];
  const told = `${place}: ${plain(message)}`;
  if (text === undefined || text.trim() === '') return [told];
  // Tabs would put the caret elsewhere than it is counted.
  const shown = plain(text.replaceAll('\t', ' ')).slice(0, widestShown);
  const caret = column === undefined || column > widestShown ? [] : [`  ${' '.repeat(column - 1)}^`];
  return [told, `  ${shown}`, ...caret];
}

export function caseLine({ principal, action, resource, context, message }: FailedCase): string {
  return `  ${plain(`${principal} ${action} ${resource} under ${context}`)}: ${plain(message)}`;
}

import { answerMark, answerWords, conditions } from './answer.ts';
import type { Matrix } from './matrix.ts';

export type Table = { readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** A row for each action on each thing, a column for each who. */
export function matrixTable({ who, cells }: Matrix): Table {
  const byRow = Map.groupBy(cells, ({ action, on }) => `${action}\n${on.type} ${on.id}`);
  const rows = [...byRow].map(([title, row]) => {
    const marks = new Map(row.map((cell) => [cell.who, answerMark(cell.answer)]));
    return [...title.split('\n'), ...who.map((one) => marks.get(one) ?? '')];
  });
  return { headings: ['action', 'on', ...who], rows };
}

/** What the marks of a table mean. */
export const legend = [
  '+ always, . never, otherwise with all of:',
  ...Object.entries(conditions).map(([name, mark]) => `${mark} ${name}`),
  '| or',
].join('  ');

/** RFC 4180, with a line for each answer. */
export function matrixCsv({ cells }: Matrix): string {
  const lines = cells.map(({ who, action, on, answer }) =>
    [who, action, on.type, on.id, answer.allowed, answer.allowed === 'when' ? answerWords(answer) : '']
      .map(field)
      .join(','),
  );
  return ['who,action,type,on,allowed,when', ...lines].join('\r\n');
}

/** Quoted, and nothing that a spreadsheet would take for a formula. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

import { setTimeout as wait } from 'node:timers/promises';
import { type ExportFormat, exportFormats } from '@modelward/audit';
import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import { type Cursor, readCursor, writeCursor } from '../export-cursor.ts';
import { sendEntries, verifiedCheckpoint } from '../export-log.ts';
import { fileSink, type Sink, webhookSink } from '../export-sink.ts';
import { addLogOptions, type LogOptions, openLog } from '../log-trust.ts';
import { Problem } from '../problem.ts';

type Options = LogOptions & {
  readonly format: string;
  readonly to?: string;
  readonly webhook?: string;
  readonly cursor?: string;
  readonly follow?: boolean;
};

const followMs = 5000;

export function addExport(audit: Command, cli: Cli): void {
  const command = audit
    .command('export')
    .description(
      'verified entries for another system, each with its index and leaf hash; the next run goes on where this one ends',
    )
    .option('--format <format>', '`ocsf` (OCSF 1.5) or `jsonl`', 'ocsf')
    .option('--to <file>', 'lines are added to this file')
    .option('--webhook <url>', 'lines are sent by POST; MODELWARD_WEBHOOK_AUTHORIZATION is its `Authorization`')
    .option('--cursor <file>', 'how far it has come; FILE.cursor, or webhook.cursor, when absent')
    .option('--follow', 'go on as entries come');
  addLogOptions(command).action(async (options: Options, self: Command) => {
    const format = readFormat(options.format);
    const sink = readSink(cli, options);
    const cursorFile = options.cursor ?? `${options.to ?? 'webhook'}.cursor`;
    do {
      await exportOnce({ cli, command: self, options, format, sink, cursorFile });
      if (options.follow === true) await wait(followMs);
    } while (options.follow === true);
  });
}

type Exporting = {
  readonly cli: Cli;
  readonly command: Command;
  readonly options: Options;
  readonly format: ExportFormat;
  readonly sink: Sink;
  readonly cursorFile: string;
};

async function exportOnce({ cli, command, options, format, sink, cursorFile }: Exporting): Promise<void> {
  const log = await openLog(cli, command);
  const cursor = readCursor(cursorFile, log);
  const checkpoint = await verifiedCheckpoint(log, cursor?.checkpoint);
  const from = cursor?.sent ?? 0;
  if (checkpoint.size <= from) return cli.note(`nothing new since entry ${from - 1}`);
  // Before anything leaves. With --folder nobody is asked: who exports has the files already.
  if (options.folder === undefined) {
    const to = options.webhook === undefined ? 'file' : 'webhook';
    await connect(cli, command).call('audit.export', { from, until: checkpoint.size, format, to });
  }
  const note = new TextDecoder().decode(await log.source.read('checkpoint'));
  const trusted = usable(cursor, from);
  const onSent = (sent: number) => writeCursor(cursorFile, { sent, note });
  await sendEntries({ log, trusted, from, format, sink, onSent });
  cli.note(`entries ${from} to ${checkpoint.size - 1} of ${checkpoint.origin} are exported`);
}

/** Entries below a trusted checkpoint are not read; when some of them were not sent, all are read again. */
function usable(cursor: Cursor | undefined, from: number): Cursor['checkpoint'] | undefined {
  return cursor !== undefined && cursor.checkpoint.size <= from ? cursor.checkpoint : undefined;
}

function readFormat(text: string): ExportFormat {
  const format = exportFormats.find((one) => one === text);
  if (format !== undefined) return format;
  throw new Problem(`\`${text}\` is no format`, 'give `ocsf` or `jsonl`', 2);
}

function readSink({ env, note }: Cli, { to, webhook }: Options): Sink {
  if ((to === undefined) === (webhook === undefined))
    throw new Problem('it is not said where to', 'give either --to FILE or --webhook URL', 2);
  if (webhook === undefined) return fileSink(to ?? '');
  return webhookSink({ url: webhook, authorization: env.MODELWARD_WEBHOOK_AUTHORIZATION, note });
}

import { restoreBackup, takeBackup } from '@modelward/server';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { inPlainWords } from '../plain-words.ts';
import { readConfig } from './config.ts';

const configOption = ['--config <file>', 'the configuration; modelward.yaml here when absent'] as const;

/** `backup` and `restore`: everything in one folder, and back from it. */
export function addBackup(program: Command, cli: Cli): void {
  program
    .command('backup <folder>')
    .description('take everything (state, artifacts, record, keys) into a new folder; the server may run')
    .option(...configOption)
    .action(async (folder: string, { config: file }: { config?: string }) => {
      const config = readConfig(cli, file);
      const { manifest, isRecorded } = await inPlainWords('mend that and take the backup again', () =>
        takeBackup({ config, folder }),
      );
      cli.print(
        `${folder} holds ${manifest.rows} rows and the record of ${manifest.log.size} entries, as of ${manifest.takenAt}`,
      );
      cli.note('it holds the keys as well: whoever reads it can sign as this server, so keep it as you keep them');
      if (!isRecorded) cli.note('the server runs and has the record to itself, so this backup is not in the record');
    });

  program
    .command('restore <folder>')
    .description('fill an empty place from a backup, on SQLite or PostgreSQL; the server is stopped')
    .option(...configOption)
    .action(async (folder: string, { config: file }: { config?: string }) => {
      const config = readConfig(cli, file);
      const next = 'mend that and restore again; the server has to be stopped';
      const { manifest, cited, newOrigin, oldRecord } = await inPlainWords(next, () =>
        restoreBackup({ config, folder }),
      );
      cli.print(`restored ${manifest.rows} rows as of ${manifest.takenAt}`);
      cli.print(
        `a new log ${newOrigin} begins; its first record cites ${cited.origin} at ${cited.size} entries, kept in ${oldRecord}`,
      );
      cli.note(
        'what was revoked, suspended or changed after that moment is as it was before: look through tokens, roles and accounts',
      );
    });
}

import { privacy } from '@modelward/server';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { inPlainWords } from '../plain-words.ts';
import { Problem } from '../problem.ts';
import { plain } from '../table.ts';
import { readConfig } from './config.ts';

type Options = { readonly config?: string };

const next = 'mend that and run the command again; the server has to be stopped';

/** `privacy`: what the owner of the files does about people's own values, with the server stopped. */
export function addPrivacy(program: Command, cli: Cli): void {
  const group = program
    .command('privacy')
    .description("for the owner of the server's files, with the server stopped: erase, hold, release, reveal, rotate");
  const add = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .option('--config <file>', 'the configuration; modelward.yaml here when absent');

  add('erase', 'make unreadable for good what the record and the accounts hold of a person; every proof stays valid')
    .argument('<person>')
    .action(async (name: string, { config }: Options) => {
      const wanted = { config: readConfig(cli, config), name };
      const erased = await inPlainWords(next, () => privacy.erasePerson(wanted));
      cli.print(`erased; ${erased.id} is called ${erased.name} from now on`);
      const { length } = erased.exports;
      cli.note(
        length === 0
          ? 'nothing of the record was ever exported; backups that were taken before still hold it'
          : `${length} exports left before that (entries ${erased.exports.slice(0, 20).join(', ')}), and backups still hold it: see to those`,
      );
    });
  add('hold', 'a legal hold: until it is released, the person is not erased')
    .argument('<person>')
    .requiredOption('--reason <reason>', 'such as the number of the case')
    .action(async (name: string, { config, reason }: Options & { reason: string }) => {
      const wanted = { config: readConfig(cli, config), name, reason };
      const isNew = await inPlainWords(next, () => privacy.holdPerson(wanted));
      cli.print(isNew ? `${name} is under a legal hold` : `${name} was under a legal hold already`);
    });
  add('release', 'end a legal hold')
    .argument('<person>')
    .action(async (name: string, { config }: Options) => {
      const wanted = { config: readConfig(cli, config), name };
      const was = await inPlainWords(next, () => privacy.releasePerson(wanted));
      cli.print(was ? `${name} is under no legal hold any more` : `${name} was under no legal hold`);
    });
  add('reveal', 'the sealed values of one entry, held against what its leaf commits to; it is recorded')
    .argument('<index>')
    .action(async (text: string, { config }: Options) => {
      if (!/^\d{1,15}$/.test(text)) throw new Problem(`\`${text}\` is no index of an entry`, 'give a whole number', 2);
      const wanted = { config: readConfig(cli, config), index: Number(text) };
      const values = await inPlainWords(next, () => privacy.revealEntry(wanted));
      if (values.length === 0) cli.note('nothing is sealed beside this entry');
      for (const { subject, field, value } of values) cli.print(plain(`${subject}  ${field}  ${value ?? '(erased)'}`));
    });
  add('rotate', 'wrap the keys of all people by a new master key, and remove the old one').action(
    async ({ config }: Options) => {
      const count = await inPlainWords(next, () => privacy.rotateMasterKey({ config: readConfig(cli, config) }));
      cli.print(`a new master key wraps ${count} keys; backups of the key folder from before hold the old one`);
    },
  );
}

import type { Command } from 'commander';
import { type Cli, connect, jsonOption, printList } from '../cli.ts';

/** `projects`: what models and experiments belong to, by how their names begin. */
export function addProjects(program: Command, cli: Cli): void {
  const projects = program.command('projects').description('projects: list, add');
  projects
    .command('list')
    .description('the projects that you may see')
    .option(...jsonOption)
    .action(async (_: object, command: Command) => {
      const { projects: rows } = await connect(cli, command).call('projects.list', {});
      printList(cli, command, {
        rows,
        headings: ['KEY', 'TITLE', 'LISTED', 'ID'],
        cells: ({ key, title, listed, id }) => [key, title, listed ? 'yes' : 'no', id],
        none: 'there are no projects that you may see; `npx modelward projects add KEY` adds one',
      });
    });
  projects
    .command('add <key>')
    .description('add a project: models and experiments named KEY, KEY-..., KEY.... belong to it')
    .option('--title <title>', 'its name for people; the key when absent')
    .option('--listed', 'let everybody signed in know what is in it')
    .action(async (key: string, options: { title?: string; listed?: boolean }, command: Command) => {
      const { title = key, listed = false } = options;
      const { project } = await connect(cli, command).call('projects.add', { key, title, listed });
      cli.print(`added the project ${project.key} (${project.id})`);
      cli.note(
        `let somebody work in it with \`npx modelward roles assign data-scientist NAME project:${project.key}\``,
      );
    });
}

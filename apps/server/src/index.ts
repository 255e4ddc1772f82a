/** Server: both doors, what they are wired to, and its configuration. The command line checks and mends the same files by it. */
import type * as Privacy from './wiring/privacy.ts';
import type { recoverAdministrator as Recover } from './wiring/recover-administrator.ts';
import type { restoreBackup as Restore } from './wiring/restore-backup.ts';
import type { takeBackup as Take } from './wiring/take-backup.ts';

export { describeConfig } from './config/describe-config.ts';
export type { ConfigFlaw } from './config/flaw.ts';
export { type Config, loadConfig } from './config/load-config.ts';
export { originOf } from './config/origins.ts';
export { recordFolder } from './wiring/folders.ts';
export { type KnownWitness, knownWitnesses, lockWitnessFolder } from './wiring/witnesses.ts';

// What works on the files loads the whole house; a command that only asks a server must not wait for that.
export const recoverAdministrator: typeof Recover = async (wanted) =>
  (await import('./wiring/recover-administrator.ts')).recoverAdministrator(wanted);
export const takeBackup: typeof Take = async (wanted) => (await import('./wiring/take-backup.ts')).takeBackup(wanted);
export const restoreBackup: typeof Restore = async (wanted) =>
  (await import('./wiring/restore-backup.ts')).restoreBackup(wanted);
export const privacy: {
  readonly [Name in
    | 'erasePerson'
    | 'holdPerson'
    | 'releasePerson'
    | 'rotateMasterKey'
    | 'revealEntry']: (typeof Privacy)[Name];
} = {
  erasePerson: async (wanted) => (await import('./wiring/privacy.ts')).erasePerson(wanted),
  holdPerson: async (wanted) => (await import('./wiring/privacy.ts')).holdPerson(wanted),
  releasePerson: async (wanted) => (await import('./wiring/privacy.ts')).releasePerson(wanted),
  rotateMasterKey: async (wanted) => (await import('./wiring/privacy.ts')).rotateMasterKey(wanted),
  revealEntry: async (wanted) => (await import('./wiring/privacy.ts')).revealEntry(wanted),
};

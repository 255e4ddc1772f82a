import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AuthzenServer, addDecisionCaller } from '../../support/authzen.ts';
import { enrolAdministrator, startHouse } from '../../support/house.ts';

export type TodoHouse = { readonly server: AuthzenServer; readonly stop: () => Promise<void> };

/** A Modelward that the todo application of the interop scenario asks, as a caller whose properties are believed. */
export async function startTodoHouse(): Promise<TodoHouse> {
  const house = await startHouse({
    environment: { MODELWARD_POLICY_APPLICATION: join(import.meta.dirname, 'todo') },
  });
  const administrator = await enrolAdministrator(house);
  const secret = await addDecisionCaller(administrator, {
    name: 'todo',
    roles: [
      ['decision-caller', 'organization'],
      ['trusted-decision-caller', 'organization'],
    ],
  });
  return {
    server: { url: house.controlUrl, secret },
    stop: async () => {
      await house.stop();
      rmSync(house.folder, { recursive: true });
    },
  };
}

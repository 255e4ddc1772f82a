import type { Server } from 'node:http';

export type Door = { readonly name: 'control' | 'mlflow'; readonly host: string; readonly port: number };

/** Opens a listener. A taken port is a plain message: who probably holds it, and how to move. */
export async function listen(server: Server, door: Door): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) => reject(explain(fault, door)));
    server.listen(door.port, door.host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : door.port;
}

function explain(fault: NodeJS.ErrnoException, { name, host, port }: Door): Error {
  const variable = `MODELWARD_${name.toUpperCase()}_PORT`;
  const move = `choose another with \`${name}.port\` in modelward.yaml or ${variable}`;
  if (fault.code === 'EADDRINUSE')
    return new Error(`port ${port} on ${host} is taken, ${likelyHolder(port)}; stop it, or ${move}`);
  if (fault.code === 'EACCES') return new Error(`this user may not listen on port ${port}; ${move}, above 1023`);
  return new Error(`cannot listen on ${host}:${port} (${fault.code ?? fault.message}); ${move}`);
}

function likelyHolder(port: number): string {
  if (port === 5000) return 'most likely by an MLflow server (5000 is its own port), or by AirPlay on a Mac';
  return 'perhaps by another Modelward or another web server';
}

const sweepMs = 50;
const patienceMs = 25_000;

/**
 * Stops taking connections and waits for the answers that are on their way. A connection is closed as soon as its answer has
 * left, where its keep-alive would hold the stop up; a client that takes forever does not hold it up forever.
 */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  const giveUp = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(giveUp);
}

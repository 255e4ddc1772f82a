import type { CompiledQuery, DatabaseConnection, Dialect, Driver, OperationNode } from 'kysely';

/** Tables that were written, or `all` when what was done cannot be read from the statement. */
export type Written = ReadonlySet<string> | 'all';

/** News of what was written, for those who keep copies of rows. */
export type Changes = {
  /** Calls back once a change is committed and before whoever made it hears so. Returns how to stop. */
  readonly subscribe: (listener: (written: Written) => void) => () => void;
  /** The moment up to which all changes have been told. Within one process that is always now. */
  readonly toldUpToMs: (nowMs: number) => number;
};

/** A dialect whose connections tell what they write. */
export function watchChanges(dialect: Dialect): { readonly dialect: Dialect; readonly changes: Changes } {
  const listeners = new Set<(written: Written) => void>();
  const tell = (written: Written) => {
    for (const listener of listeners) listener(written);
  };
  const changes: Changes = {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    toldUpToMs: (nowMs) => nowMs,
  };
  const watched: Dialect = {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => watchDriver(dialect.createDriver(), tell),
  };
  return { dialect: watched, changes };
}

type Tell = (written: Written) => void;

/** What the open transaction of a connection has written so far. */
type Pending = Map<DatabaseConnection, Written>;

function watchDriver(driver: Driver, tell: Tell): Driver {
  const pending: Pending = new Map();
  const watched = new WeakSet<DatabaseConnection>();
  const { acquireConnection, releaseConnection, beginTransaction, commitTransaction, rollbackTransaction } = driver;
  driver.acquireConnection = async (options) => {
    const connection = await acquireConnection.call(driver, options);
    if (!watched.has(connection)) watchConnection(connection, pending, tell);
    watched.add(connection);
    return connection;
  };
  driver.releaseConnection = async (connection, options) => {
    // A transaction that was neither committed nor taken back leaves nothing behind for whoever has the connection next.
    pending.delete(connection);
    await releaseConnection.call(driver, connection, options);
  };
  driver.beginTransaction = async (connection, settings) => {
    await beginTransaction.call(driver, connection, settings);
    pending.set(connection, new Set());
  };
  driver.commitTransaction = async (connection) => {
    const written = pending.get(connection) ?? new Set();
    pending.delete(connection);
    try {
      await commitTransaction.call(driver, connection);
    } finally {
      // Also when it failed: whether it was committed after all is then unknown.
      if (written === 'all' || written.size > 0) tell(written);
    }
  };
  driver.rollbackTransaction = async (connection) => {
    pending.delete(connection);
    await rollbackTransaction.call(driver, connection);
  };
  return driver;
}

function watchConnection(connection: DatabaseConnection, pending: Pending, tell: Tell): void {
  const { executeQuery } = connection;
  connection.executeQuery = async <Row>(query: CompiledQuery, ...rest: readonly never[]) => {
    const written = writtenBy(query.query);
    if (written === undefined)
      return executeQuery.call(connection, query, ...rest) as ReturnType<typeof executeQuery<Row>>;
    const before = pending.get(connection);
    if (before !== undefined) pending.set(connection, together(before, written));
    try {
      return (await executeQuery.call(connection, query, ...rest)) as Awaited<ReturnType<typeof executeQuery<Row>>>;
    } finally {
      if (before === undefined) tell(written);
    }
  };
}

function together(some: Written, more: Written): Written {
  return some === 'all' || more === 'all' ? 'all' : new Set([...some, ...more]);
}

/** Undefined for what only reads. Whatever is not known to leave the rows alone counts as writing all of them. */
function writtenBy(node: OperationNode): Written | undefined {
  switch (node.kind) {
    case 'SelectQueryNode': {
      const { with: clause } = node as unknown as { with?: { expressions: readonly { expression: OperationNode }[] } };
      const written = (clause?.expressions ?? []).flatMap(({ expression }) => writtenBy(expression) ?? []);
      return written.length === 0 ? undefined : written.reduce(together);
    }
    case 'InsertQueryNode':
    case 'UpdateQueryNode':
    case 'DeleteQueryNode': {
      const tables = tablesOf(node);
      return tables.length === 0 ? 'all' : new Set(tables);
    }
    case 'RawNode':
      return isTransactionWord(node) ? undefined : 'all';
    default:
      return 'all';
  }
}

/** Every table that the statement names: those that it only reads make a copy or two be read anew, and no more. */
function tablesOf(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { kind, table } = node as { kind?: string; table?: { identifier?: { name?: string } } };
  if (kind === 'TableNode' && table?.identifier?.name !== undefined) return [table.identifier.name];
  return Object.values(node).flatMap(tablesOf);
}

function isTransactionWord(node: OperationNode): boolean {
  const [word = ''] = (node as unknown as { sqlFragments: readonly string[] }).sqlFragments;
  return /^\s*(begin|start transaction|commit|rollback|savepoint|release|select 1)\b[^;]*$/i.test(word);
}

import { type AuditEntry, type AuditEvent, changeKinds, eventKinds } from '@modelward/contract';

/* Entries in the words of OCSF 1.5: API Activity (6003) with the profile `security_control`, Authentication (3002), and the
 * base event for what the log says of itself. Ids are the pseudonyms of the record; nobody's name is in it. */

const version = '1.5.0';

/** Where a row comes from, so that it can be proven. */
export type RowSource = { readonly origin: string; readonly index: number; readonly leafHash: string };

export type OcsfEvent = Readonly<Record<string, unknown>> & {
  readonly class_uid: number;
  readonly type_uid: number;
  readonly time: number;
};

const severity = { informational: 1, low: 2, medium: 3, high: 4 } as const;
const activity = { unknown: 0, create: 1, read: 2, update: 3, delete: 4, logon: 1, logoff: 2, other: 99 } as const;

type Class = { readonly category: number; readonly uid: number; readonly activity: number };
const api = (activityId: number): Class => ({ category: 6, uid: 6003, activity: activityId });
const authentication = (activityId: number): Class => ({ category: 3, uid: 3002, activity: activityId });
const base: Class = { category: 0, uid: 0, activity: activity.other };

export function ocsfOf(entry: AuditEntry, source: RowSource): OcsfEvent {
  const { kind, fields } = describe(entry);
  return {
    class_uid: kind.uid,
    category_uid: kind.category,
    activity_id: kind.activity,
    type_uid: kind.uid * 100 + kind.activity,
    severity_id: severity[severityOf(entry)],
    ...fields,
    time: Date.parse(entry.time),
    metadata: {
      version,
      product: { name: 'Modelward', vendor_name: 'Modelward' },
      log_name: source.origin,
      sequence: source.index,
      uid: `${source.origin}/${source.index}`,
      ...('requestId' in entry ? { correlation_uid: entry.requestId } : {}),
      ...(kind.uid === 6003 ? { profiles: ['security_control'] } : {}),
    },
    unmapped: { tlog: { origin: source.origin, index: source.index, leaf_hash: source.leafHash }, type: entry.type },
  };
}

function severityOf(entry: AuditEvent): keyof typeof severity {
  if (entry.type === 'decision' && entry.decision === 'deny') return 'low';
  return (entry.type === 'change' ? changeKinds[entry.what] : eventKinds[entry.type]).severity;
}

type Described = { readonly kind: Class; readonly fields: Readonly<Record<string, unknown>> };

function describe(entry: AuditEvent): Described {
  switch (entry.type) {
    case 'decision':
      return describeDecision(entry);
    case 'disagreement':
      return {
        kind: api(activityOf(entry.asked.action)),
        fields: {
          ...denied,
          ...askedFields([entry.asked], entry.actor, 'unknown'),
          authorizations: entry.reasons.map((reason) => ({ decision: 'deny', policy: { uid: reason } })),
        },
      };
    case 'change':
      return describeChange(entry);
    case 'refusal':
      return {
        kind: api(activity.unknown),
        fields: { ...denied, ...stranger(entry.source, entry.interface), status_detail: entry.reason },
      };
    case 'refusal.summary':
      return {
        kind: api(activity.unknown),
        fields: {
          ...denied,
          ...stranger(entry.source, 'any'),
          count: entry.count,
          start_time: entry.firstMs,
          end_time: entry.lastMs,
          status_detail: Object.keys(entry.reasons).join(', '),
        },
      };
    case 'outcome':
      return {
        kind: api(activity.other),
        fields: {
          ...unknownActor,
          api: { operation: 'outcome', response: { code: entry.status } },
          status_id: entry.end === 'complete' ? 1 : 2,
          status_detail: entry.end,
          duration: Math.round(entry.durationMs),
          activity_name: 'Outcome',
        },
      };
    case 'outcome.unknown':
    case 'log.opened':
    case 'log.closed':
    case 'log.heartbeat':
      return { kind: base, fields: { activity_name: entry.type, message: entry.type } };
  }
}

const denied = {
  action_id: 2,
  action: 'Denied',
  disposition_id: 2,
  disposition: 'Blocked',
  status_id: 2,
  status: 'Failure',
};
const allowed = {
  action_id: 1,
  action: 'Allowed',
  disposition_id: 1,
  disposition: 'Allowed',
  status_id: 1,
  status: 'Success',
};
const unknownActor = { actor: { user: { uid: 'unknown', type_id: 0 } }, src_endpoint: { uid: 'unknown' } };

type Event<Type extends AuditEvent['type']> = Extract<AuditEvent, { type: Type }>;

function describeDecision(entry: Event<'decision'>): Described {
  const { actor, asked, interface: door, source } = entry;
  const isAllowed = entry.decision === 'allow';
  const [first] = asked;
  const answered = isAllowed ? allowed : denied;
  if (first !== undefined && signIns.has(first.action)) {
    const { status_id, status } = answered;
    return {
      kind: authentication(first.action === 'sessions.end' ? activity.logoff : activity.logon),
      fields: {
        status_id,
        status,
        status_detail: entry.reasons.join(', '),
        user: userOf(actor),
        service: { name: door },
        src_endpoint: { uid: source },
      },
    };
  }
  return {
    kind: api(activityOf(first?.action ?? '')),
    fields: {
      ...answered,
      ...askedFields(asked, actor, source),
      api: { operation: asked.map(({ action }) => action).join(', '), service: { name: door } },
      authorizations: entry.reasons.map((reason) => ({
        decision: entry.decision,
        policy: { uid: reason, version: entry.bundle },
      })),
    },
  };
}

const signIns: ReadonlySet<string> = new Set(['sessions.open', 'sessions.end', 'enrolments.redeem']);

function describeChange({ what, actor, subject, of }: Event<'change'>): Described {
  if (what === 'session.opened' || what === 'session.ended') {
    const user = subject === undefined ? userOf(actor) : { uid: subject, type_id: 1 };
    const kind = authentication(what === 'session.opened' ? activity.logon : activity.logoff);
    return { kind, fields: { user, status_id: 1, status: 'Success', message: what } };
  }
  return {
    kind: api(activityOf(what)),
    fields: {
      ...allowed,
      actor: { user: userOf(actor) },
      api: { operation: what, ...(of === undefined ? {} : { request: { uid: String(of) } }) },
      src_endpoint: { uid: 'unknown' },
      ...(subject === undefined ? {} : { resources: [{ uid: subject }] }),
    },
  };
}

type Asked = Event<'decision'>['asked'];

function askedFields(asked: Asked, actor: Event<'decision'>['actor'], source: string) {
  return {
    actor: { user: userOf(actor) },
    api: { operation: asked.map(({ action }) => action).join(', ') },
    src_endpoint: { uid: source },
    resources: asked.map(({ resource: { type, id, ref, project } }) => ({
      type,
      ...(id === undefined && ref === undefined ? {} : { uid: id ?? ref }),
      ...(project === undefined ? {} : { group: { uid: project } }),
    })),
  };
}

function stranger(source: string, door: string) {
  return { ...unknownActor, api: { operation: 'unknown', service: { name: door } }, src_endpoint: { uid: source } };
}

function userOf({ kind, id }: { kind: 'person' | 'service' | 'system'; id: string }) {
  return { uid: id, type_id: { person: 1, system: 3, service: 4 }[kind] };
}

/** Actions and changes both end with what is done. */
function activityOf(action: string): number {
  const verb = action.split('.').at(-1) ?? '';
  return Object.hasOwn(verbs, verb) ? (verbs[verb] ?? activity.other) : activity.other;
}

const verbs: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['create', 'created', 'register', 'invited', 'assigned', 'set', 'add'].map((verb) => [verb, activity.create]),
  ),
  ...Object.fromEntries(['read', 'discover', 'download', 'list', 'me', 'export'].map((verb) => [verb, activity.read])),
  ...Object.fromEntries(
    ['update', 'write', 'classify', 'promote', 'manage', 'suspended', 'activated', 'recovered'].map((verb) => [
      verb,
      activity.update,
    ]),
  ),
  ...Object.fromEntries(['delete', 'revoke', 'revoked', 'ended'].map((verb) => [verb, activity.delete])),
};

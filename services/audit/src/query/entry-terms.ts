import type { AskedResource, AuditEntry } from '@modelward/contract';

/** What one entry can be found by. Kinds do not mix: who acted is not who it was about. */
export function termsOf(entry: AuditEntry): readonly string[] {
  switch (entry.type) {
    case 'decision':
      return [
        `type:${entry.type}`,
        `actor:${entry.actor.id}`,
        `outcome:${entry.decision}`,
        ...entry.asked.flatMap(({ action, resource }) => [`action:${action}`, ...aboutOf(resource)]),
      ];
    case 'disagreement':
      return [
        `type:${entry.type}`,
        `actor:${entry.actor.id}`,
        'outcome:deny',
        `action:${entry.asked.action}`,
        ...aboutOf(entry.asked.resource),
      ];
    case 'change':
      return [
        `type:${entry.type}`,
        `actor:${entry.actor.id}`,
        `action:${entry.what}`,
        ...[entry.subject, ...Object.values(entry.detail ?? {})].flatMap((value) =>
          typeof value === 'string' && isId(value) ? [`about:${value}`] : [],
        ),
      ];
    case 'refusal':
    case 'refusal.summary':
      return [`type:${entry.type}`, `actor:${entry.source}`, 'outcome:deny'];
    case 'outcome.unknown':
    case 'log.opened':
    case 'log.closed':
      return [`type:${entry.type}`];
    // Found by the decision that they belong to; they are half of all entries.
    case 'outcome':
    case 'log.heartbeat':
      return [];
  }
}

function aboutOf({ id, project, ref }: AskedResource): readonly string[] {
  return [id, project, ref].flatMap((one) => (one === undefined ? [] : [`about:${one}`]));
}

function isId(text: string): boolean {
  return /^[a-z]{2,5}_[0-9A-Za-z_-]{1,64}$/.test(text);
}

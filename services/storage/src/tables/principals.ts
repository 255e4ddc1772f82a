/** People, services and groups: who can be allowed anything. Times are milliseconds since the epoch; ids are random. */
export type PrincipalTables = {
  accounts: {
    id: string;
    kind: 'person' | 'service';
    /** Lower case, unique over people and services together. */
    name: string;
    email: string | null;
    state: 'invited' | 'active' | 'suspended' | 'locked' | 'offboarded';
    /** argon2id in PHC form; null for services and for people who have not set one. */
    password_hash: string | null;
    created_at_ms: number;
  };
  groups: { id: string; name: string; created_at_ms: number };
  group_members: { group_id: string; account_id: string };
  /** One-time secrets that let a person set a password: the first administrator, an invitation, a recovery. */
  enrolments: {
    id: string;
    secret_hash: string;
    purpose: 'first-administrator' | 'invitation' | 'recovery' | 'reset';
    /** Null for the first administrator, who has no account yet. */
    account_id: string | null;
    ends_at_ms: number;
    used_at_ms: number | null;
  };
  sessions: {
    id: string;
    secret_hash: string;
    account_id: string;
    opened_at_ms: number;
    last_used_at_ms: number;
    ends_at_ms: number;
    ended_at_ms: number | null;
    /** JSON array of what the person proved; how strong that is follows from it. */
    methods: string;
    /** When the person last proved it, which is not when the session was last used. */
    authenticated_at_ms: number;
    /** How long it may rest. */
    idle_ms: number;
    /** Wrong second factors and passwords since the last right one. */
    failures: number;
    client: 'browser' | 'program';
  };
  tokens: {
    id: string;
    secret_hash: string;
    account_id: string;
    label: string;
    /** JSON array of scopes. */
    scopes: string;
    created_at_ms: number;
    ends_at_ms: number;
    last_used_at_ms: number | null;
    revoked_at_ms: number | null;
  };
};

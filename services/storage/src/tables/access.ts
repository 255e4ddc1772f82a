import type { Generated } from 'kysely';

/** What policy reads: projects, role links and the facts about resources, written by Modelward's own decisions alone. */
export type AccessTables = {
  projects: {
    id: string;
    /** The part of a resource's name that says it belongs here. */
    key: string;
    title: string;
    /** 1 when everybody signed in may discover that its models and experiments exist. */
    listed: number;
    created_at_ms: number;
  };
  role_links: {
    id: string;
    role: string;
    principal_kind: 'person' | 'service' | 'group';
    principal_id: string;
    scope_type: 'Organization' | 'Project' | 'Model' | 'Experiment';
    scope_id: string;
    from_ms: number;
    /** Null: until it is revoked. */
    until_ms: number | null;
    origin: string;
    revoked_at_ms: number | null;
  };
  resources: {
    id: string;
    type: 'Experiment' | 'Run' | 'LoggedModel' | 'Model' | 'ModelVersion';
    /** What the protected interface calls it: a model's name, a run's id, `name/version`. */
    key: string;
    /** The name it was created with, where the key is an id that the upstream gave. */
    name: string | null;
    project_id: string;
    /** The containing resource: a run's experiment, a version's model. */
    parent_id: string | null;
    owner_id: string;
    producer_id: string;
    stage: string;
    /** Who may read its files under which circumstances. The stricter of its own and its container's counts. */
    sensitivity: Generated<'public' | 'internal' | 'restricted'>;
    /** `reserved` before the upstream is asked to create it, `live` once it said that it did. */
    state: 'reserved' | 'live';
    created_at_ms: number;
    ended_at_ms: number | null;
  };
};

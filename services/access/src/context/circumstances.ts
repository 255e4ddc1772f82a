/** How a credential is held: by nobody in particular, by a session, or by a key that its holder proves with each request. */
export type Binding = 'none' | 'session' | 'dpop' | 'mtls';

export type Authentication = {
  /** `none`: a credential that is bound to nothing. */
  readonly level: 'none' | 'aal1' | 'aal2' | 'aal3';
  readonly credential: string;
  /** Undefined: a session, unless the level is `none`. */
  readonly binding?: Binding | undefined;
  /** Since the person last showed a factor. */
  readonly ageSeconds?: number | undefined;
  readonly phishingResistant?: boolean | undefined;
};

/** Valid approvals by people of exactly what is asked. */
export type Approvals = {
  readonly people: number;
  /** Those of them who gain nothing by it. */
  readonly disinterested: number;
  /** Of the content that they approved. */
  readonly digest: string;
};

/** What somebody asks under, as far as it is known. What is not known counts as what permits least. */
export type Circumstances = {
  readonly device?: { readonly tier: number; readonly managed: boolean; readonly compliant: boolean } | undefined;
  readonly network?: { readonly zone: string; readonly address?: string | undefined } | undefined;
  readonly risk?: 'low' | 'medium' | 'high' | undefined;
  readonly approvals?: Approvals | undefined;
  /** Digest of what the request would put into effect. */
  readonly contentDigest?: string | undefined;
  /** Whose rights the request would widen, when it changes rights. */
  readonly change?: { readonly gainerIds: readonly string[]; readonly soleAdministrator: boolean } | undefined;
  readonly task?: string | undefined;
  /** Age of what the directory last said. */
  readonly directorySeconds?: number | undefined;
};

/** What people prove besides a password, and what people were told about their accounts. */
export type FactorTables = {
  passkeys: {
    id: string;
    account_id: string;
    credential_id: string;
    /** COSE key, base64url. */
    public_key: string;
    counter: number;
    /** JSON array. */
    transports: string;
    aaguid: string;
    /** 1 for a passkey that may leave its device: fixed for its whole life. */
    backup_eligible: number;
    backed_up: number;
    attestation_format: string;
    /** The whole attestation object, base64url, for whoever later asks what made the key. */
    attestation: string;
    name: string;
    created_at_ms: number;
    last_used_at_ms: number | null;
  };
  /** At most one authenticator app an account, pending until it was confirmed. */
  totp_secrets: {
    account_id: string;
    sealed_secret: string;
    /** The newest counter that was accepted: no code at or before it is good any more. */
    last_counter: number;
    /** Wrong codes since the last right one. */
    failures: number;
    created_at_ms: number;
    confirmed_at_ms: number | null;
  };
  recovery_codes: { account_id: string; code_hash: string; used_at_ms: number | null };
  /** WebAuthn challenges that were answered, until they would have ended: an answer counts once. */
  used_challenges: { challenge_hash: string; ends_at_ms: number };
  /** At most one a session: a program asks that its person proves more in a browser. */
  step_up_links: {
    session_id: string;
    secret_hash: string;
    /** Shown at both ends, for the person to compare. */
    code: string;
    ends_at_ms: number;
    approved_at_ms: number | null;
  };
  notices: { id: string; account_id: string; kind: string; subject: string | null; at_ms: number };
};

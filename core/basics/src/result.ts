/** A refusal is a value: `Result` carries either what was asked for or the reason it was not given. Faults throw. */
export type Result<Value, Reason> = { readonly ok: true; readonly value: Value } | Refused<Reason>;
export type Refused<Reason> = { readonly ok: false; readonly reason: Reason };

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function refused<const Reason>(reason: Reason): Refused<Reason> {
  return { ok: false, reason };
}

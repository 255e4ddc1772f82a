/**
 * A real part that tests run against. `variable` tells the tests where it is; they skip without it.
 *
 * @typedef {{ name: string, variable: string, provide: () => Promise<Provided> }} Part
 * @typedef {{ ok: true, value: string, note: string, stop?: () => Promise<void> } | { ok: false, reason: string }} Provided
 * @typedef {{ part: Part, provided: Provided, seconds: number }} PartOutcome
 */

/**
 * What is named in the environment already is used as it is: a developer's own server or browser.
 *
 * @param {Part} part
 * @returns {Promise<PartOutcome>}
 */
export async function providePart(part) {
  const startedMs = Date.now();
  const given = process.env[part.variable];
  const provided = given
    ? { ok: /** @type {const} */ (true), value: given, note: `as ${part.variable} says` }
    : await provideSafely(part);
  return { part, provided, seconds: (Date.now() - startedMs) / 1000 };
}

/**
 * @param {Part} part
 * @returns {Promise<Provided>}
 */
async function provideSafely(part) {
  try {
    return await part.provide();
  } catch (fault) {
    return { ok: false, reason: fault instanceof Error ? fault.message : String(fault) };
  }
}

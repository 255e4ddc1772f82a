import { utf8 } from '@modelward/basics';
import { addCosignatures, parseCheckpoint } from '@modelward/merkle';
import { sha256, verifyEd25519 } from '../crypto.ts';
import { readPublishedFile } from '../published-files.ts';
import { wayOut } from '../way-out.ts';
import { createAsking, type NotCosigned, type Published, type WitnessLink } from './ask-witness.ts';

/** So long the next publication waits for witnesses; whoever is slower is asked again about a later checkpoint. */
const patienceMs = 1000;
/** A witness that was away is asked again after this. */
const restMs = 30_000;

type Deps = {
  readonly folder: string;
  readonly links: readonly WitnessLink[];
  readonly nowMs: () => number;
  /** Hears, in words for people, of a witness that is away or disagrees. */
  readonly report: (trouble: string) => void;
};

export type Cosigning = ReturnType<typeof createCosigning>;

/** Gets the cosignatures of all witnesses under what is published. Nobody's answer waits for it. */
export function createCosigning({ folder, links, nowMs, report }: Deps) {
  const witnesses = links.map((link) => ({
    link,
    ask: createAsking(link),
    restsUntilMs: 0,
    isAsked: false,
    isTroubled: false,
  }));
  type Asked = (typeof witnesses)[number];
  const publish = (note: string): Published => {
    const size = parseCheckpoint(note)?.size ?? 0;
    return { note, size, read: (path) => readPublishedFile(folder, path) };
  };

  async function askOne(witness: Asked, published: Published): Promise<string | undefined> {
    if (witness.isAsked || nowMs() < witness.restsUntilMs) return undefined;
    witness.isAsked = true;
    const answer = await witness.ask(published);
    witness.isAsked = false;
    if (answer.ok) {
      if (witness.isTroubled) report(`the witness \`${witness.link.key.name}\` cosigns again`);
      witness.isTroubled = false;
      return answer.value;
    }
    witness.restsUntilMs = nowMs() + restMs;
    if (!witness.isTroubled) report(describe(witness.link, published, answer.reason));
    witness.isTroubled = true;
    return undefined;
  }

  return {
    witnesses: links,
    /** The note with what the witnesses signed in time. */
    async cosign(note: string): Promise<string> {
      const lines: string[] = [];
      const published = publish(note);
      const asked = witnesses.map(async (witness) => {
        const line = await askOne(witness, published);
        if (line !== undefined) lines.push(line);
      });
      const late = new AbortController();
      await Promise.race([Promise.all(asked), waited(late.signal)]);
      late.abort();
      return lines.length === 0 ? note : together(note, lines, links);
    },
    /** Throws, with the way out, when a witness holds another or a longer history than what is published. */
    async refuseDisagreement(): Promise<void> {
      const note = await readPublishedFile(folder, 'checkpoint');
      if (note === undefined) return;
      const published = publish(new TextDecoder().decode(note));
      const check = async ({ link, ask }: Asked): Promise<void> => {
        const answer = await ask(published);
        if (answer.ok) return;
        const trouble = describe(link, published, answer.reason);
        if (answer.reason.reason !== 'away') throw new Error(trouble);
        report(trouble);
      };
      await Promise.all(witnesses.map(check));
    },
  };
}

/** What several witnesses answered, each line once more held against its key. */
function together(note: string, lines: readonly string[], links: readonly WitnessLink[]): string {
  const bare = bareOf(note);
  const reading = { witnesses: links.map(({ key }) => key), verify: verifyEd25519, sha256 };
  const cosigned = addCosignatures(utf8(bare), utf8(lines.join('')), reading);
  return cosigned.ok ? new TextDecoder().decode(cosigned.value) : note;
}

/** The note as the log signed it: its text and its first line. */
function bareOf(note: string): string {
  const end = note.lastIndexOf('\n\n') + 2;
  return note.slice(0, note.indexOf('\n', end) + 1);
}

function waited(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function describe({ key: { name }, place }: WitnessLink, { size }: Published, flaw: NotCosigned): string {
  const put = `put the newest state back, or ${wayOut}`;
  const own = place === 'built-in' ? ' (its memory is in `keyFolder`)' : '';
  switch (flaw.reason) {
    case 'away':
      return `the witness \`${name}\` does not cosign: ${flaw.why}; the record goes on, and \`audit verify\` shows what is not cosigned`;
    case 'larger':
      return `the witness \`${name}\`${own} has cosigned ${flaw.size} entries, and the record holds ${size} published ones: an older state was put back, or entries were lost; ${put}`;
    case 'other-history':
      return `the record does not go on from the ${flaw.size} entries that the witness \`${name}\`${own} has cosigned: its history was rewritten; ${put}`;
  }
}

import { ok, refused } from '@modelward/basics';
import { isRecordPath, recordHeaders } from '../bind-record.ts';
import type { Handler } from '../handler.ts';
import { notFound } from '../refusal.ts';
import { resolvePrincipal, resolveScope } from './link-names.ts';

const entries: Handler<'audit.entries'> = {
  perform: async ({ question, deps: { record } }) => {
    const size = record.size();
    const from = question.from ?? Math.max(0, size - question.limit);
    const found = await record.entries({ from, limit: question.limit });
    const { origin, verifierKey, witnesses } = record;
    return ok({ output: { origin, verifierKey, witnesses: [...witnesses], size, entries: [...found] }, changes: [] });
  },
};

const file: Handler<'record.file'> = {
  perform: async ({ question: { path }, deps: { record } }) => {
    const bytes = isRecordPath(path) ? await record.readPublished(path) : undefined;
    if (bytes === undefined) return refused(notFound('file of the record called', path));
    return ok({ output: bytes, changes: [], headers: recordHeaders(path, 'private') });
  },
};

const query: Handler<'audit.query'> = {
  perform: async ({ question: { actor, about, action, outcome, ...rest }, deps: { record, recordIndex } }) => {
    const { entries, covered } = await recordIndex.query({
      ...rest,
      ...(actor === undefined ? {} : { actor: actor.split(',') }),
      ...(about === undefined ? {} : { about: about.split(',') }),
      ...(action === undefined ? {} : { action: [action] }),
      ...(outcome === undefined ? {} : { outcome: [outcome] }),
    });
    return ok({ output: { size: record.size(), covered: { ...covered }, entries: [...entries] }, changes: [] });
  },
};

const rebuild: Handler<'audit.rebuild-index'> = {
  perform: async ({ deps: { recordIndex } }) => {
    await recordIndex.rebuild();
    return ok({ output: {}, changes: [] });
  },
};

/** The entries themselves are read as published files; what they were read for is recorded here, with the decision. */
const exported: Handler<'audit.export'> = {
  perform: async ({ question: { from, until, format, to }, deps: { record } }) =>
    ok({
      output: { origin: record.origin },
      changes: [{ what: 'record.exported', detail: { from, until, format, to } }],
    }),
};

const types = { project: 'Project', model: 'Model', experiment: 'Experiment' } as const;

/** What a name stands for now, and what refusals of that name are recorded under, also when it never stood for anything. */
const ids: Handler<'audit.ids'> = {
  perform: async ({ question: { name }, deps }) => {
    const [kind = '', ...rest] = name.split(':');
    const called = rest.join(':');
    if (kind in types) {
      const { resource } = await resolveScope(name, deps);
      const own = resource !== undefined && 'id' in resource ? [resource.id] : [];
      const ref = deps.pseudonyms.reference(types[kind as keyof typeof types], called);
      return ok({ output: { ids: [...own, ref] }, changes: [] });
    }
    const principal = await resolvePrincipal(kind === 'person' ? called : name, deps);
    // Not the pseudonym of the name: after an erasure, nothing is found by the name of the person.
    return ok({ output: { ids: principal === undefined ? [] : [principal.id] }, changes: [] });
  },
};

export const auditHandlers = {
  'audit.entries': entries,
  'audit.export': exported,
  'audit.ids': ids,
  'audit.query': query,
  'audit.rebuild-index': rebuild,
  'record.file': file,
};

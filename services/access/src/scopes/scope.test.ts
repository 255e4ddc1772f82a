import { actions } from '@modelward/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversAction, coversDiscovery, parseScope, scopeFor } from './scope.ts';

describe('a scope', () => {
  it.each([
    ['model.read', { noun: 'model', verb: 'read', projectKey: undefined }],
    ['*.*', { noun: '*', verb: '*', projectKey: undefined }],
    ['run.*@fraud-eu', { noun: 'run', verb: '*', projectKey: 'fraud-eu' }],
    ['*.read@fraud', { noun: '*', verb: 'read', projectKey: 'fraud' }],
  ])('%s is read', (text, scope) => {
    expect(parseScope(text)).toEqual({ ok: true, value: scope });
  });

  it.each([
    ['', 'scope-form'],
    ['model', 'scope-form'],
    ['model.', 'scope-form'],
    ['model.read ', 'scope-form'],
    ['Model.read', 'scope-form'],
    ['model.read@', 'scope-form'],
    ['model.read@Fraud', 'scope-form'],
    ['model.read@fraud@open', 'scope-form'],
    ['model.read\n', 'scope-form'],
    ['mo*.read', 'scope-form'],
    ['model.steal', 'scope-unknown'],
    ['constructor.read', 'scope-unknown'],
    ['*.steal', 'scope-unknown'],
  ])('%j is refused', (text, reason) => {
    expect(parseScope(text)).toEqual({ ok: false, reason });
  });

  it('that is named as missing covers what it is missing for, and no other action', () => {
    const anyAsked = fc.record({
      action: fc.constantFrom(...actions),
      projectKey: fc.option(fc.constantFrom('fraud', 'open-eu'), { nil: undefined }),
    });
    fc.assert(
      fc.property(anyAsked, fc.constantFrom(...actions), (asked, other) => {
        const scopes = [scopeFor(asked)];
        expect(coversAction(scopes, asked)).toBe(true);
        expect(coversAction(scopes, { ...asked, action: other })).toBe(other === asked.action);
      }),
    );
  });
});

describe('the scopes of a token', () => {
  const inFraud = { action: 'model.read', projectKey: 'fraud' } as const;

  it.each([
    [undefined, true],
    [[], false],
    [['model.read'], true],
    [['model.read@fraud'], true],
    [['model.read@open'], false],
    [['*.read'], true],
    [['model.*@fraud'], true],
    [['run.*', 'version.read'], false],
    [['nonsense', '*.*.*', 'model.steal'], false],
  ])('%j cover reading a model of a project: %s', (scopes, covered) => {
    expect(coversAction(scopes, inFraud)).toBe(covered);
  });

  it('that name a project cover nothing that is of none', () => {
    expect(coversAction(['audit.read@fraud'], { action: 'audit.read', projectKey: undefined })).toBe(false);
  });

  it.each([
    [undefined, true],
    [[], false],
    [['version.read@fraud'], true],
    [['*.*'], true],
    [['model.*'], true],
    [['run.read'], false],
    [['version.register@fraud'], false],
    [['version.read@open'], false],
  ])('%j tell of the models of a project: %s', (scopes, covered) => {
    expect(coversDiscovery(scopes, { action: 'model.discover', projectKey: 'fraud' })).toBe(covered);
  });
});

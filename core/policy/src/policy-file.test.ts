import { describe, expect, it } from 'vitest';
import { readPolicyFile } from './policy-file.ts';

const path = 'permits/some.cedar';

describe('a file of policies', () => {
  it('is taken apart where its policies end, whatever stands in strings and comments', () => {
    const text = `// one; two
@id("a;b") permit (principal, action, resource) when { "};" == "// no comment" };
/* */`.replace('\n/* */', '\n\n  @id("c")\n  forbid (principal in ?principal, action, resource); // the end;');
    const sources = readPolicyFile({ path, text });
    expect(
      sources.ok && sources.value.map(({ line, text: part, annotations }) => [line, part.slice(0, 12), annotations.id]),
    ).toEqual([
      [2, '@id("a;b") p', 'a;b'],
      [4, '@id("c")\n  f', 'c'],
    ]);
  });

  it('that nests deeper than the parser bears is refused with the line, and harms nobody', () => {
    const deep = `permit (principal, action, resource);\npermit (principal, action, resource) when {\n${'['.repeat(500)}${']'.repeat(500)} == 1 };`;
    expect(readPolicyFile({ path, text: deep })).toEqual({
      ok: false,
      reason: [{ file: path, line: 3, message: expect.stringContaining('nests deeper') }],
    });
    expect(readPolicyFile({ path, text: 'permit (principal, action, resource);' }).ok).toBe(true);
  });
});

import { expect, it } from 'vitest';
import { formatPolicyFile } from './format-policies.ts';
import { defaultFiles } from './testing/default-bundle.ts';

it('the policies that the product ships with have the one form', () => {
  for (const file of defaultFiles().filter(({ path }) => path.endsWith('.cedar'))) {
    expect({ path: file.path, formatted: formatPolicyFile(file) }).toEqual({
      path: file.path,
      formatted: { ok: true, value: file.text },
    });
  }
});

it('a file that does not parse has no form, and says where', () => {
  const formatted = formatPolicyFile({ path: 'permits/a.cedar', text: '// é\npermit (principal, action\n, resourc);' });
  expect(formatted).toMatchObject({ ok: false, reason: [{ file: 'permits/a.cedar', line: 3, column: 3 }] });
});

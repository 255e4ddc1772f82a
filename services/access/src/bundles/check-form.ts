import { type BundleFile, type BundleFlaw, formatPolicyFile } from '@modelward/policy';

export type Form = { readonly path: string; readonly text: string };

/** Policy files that are not in the one form, as they would be in it. What does not parse is left to the loading. */
export function outOfForm(files: readonly BundleFile[]): readonly Form[] {
  return files.flatMap((file) => {
    if (!file.path.endsWith('.cedar')) return [];
    const formatted = formatPolicyFile(file);
    return formatted.ok && formatted.value !== file.text ? [{ path: file.path, text: formatted.value }] : [];
  });
}

/** The first line at which a file differs from its form. */
export function formFlaw({ path, text }: Form, file: BundleFile): BundleFlaw {
  const [is, should] = [file.text.split('\n'), text.split('\n')];
  const line = should.findIndex((wanted, at) => wanted !== is[at]);
  return {
    file: path,
    line: (line < 0 ? should.length : line) + 1,
    message: 'this is not in the one form that policies have',
  };
}

/** One test of a suite from elsewhere, with what went wrong if it did. */
export type Case = { readonly name: string; readonly problem?: string };

/** Runs every test that a folder (or the file of vectors) holds, against the server at an address where one is given. Files that it does not know how to run are problems, so that nothing is passed over. */
export type RunSuite = (folder: string, url?: string) => AsyncIterable<Case>;

type Enrolments = { readonly needsFirst: () => Promise<boolean> };

/** Whether the first administrator exists. Once true it stays true, so that no request asks the database again. */
export function createSetUpCheck({ needsFirst }: Enrolments, onSetUp: () => void): () => Promise<boolean> {
  let isSetUp = false;
  return async () => {
    if (isSetUp || (await needsFirst())) return isSetUp;
    isSetUp = true;
    onSetUp();
    return true;
  };
}

type Enrolments = { readonly needsFirst: () => Promise<boolean> };

/** Whether the first administrator exists. Once true it stays true, so that no request asks the database again. */
export function createSetUpCheck({ needsFirst }: Enrolments): () => Promise<boolean> {
  let isSetUp = false;
  return async () => {
    isSetUp ||= !(await needsFirst());
    return isSetUp;
  };
}

/** What a refused start tells people to do. */
export const wayOut =
  'restore the whole data folder from a backup with `npx modelward restore`, which opens a new log that cites this one';

/** What somebody who knows where they are guesses first: the product, its neighbours, and what passwords call themselves. */
export const contextWords = [
  'modelward',
  'mlflow',
  'modelregistry',
  'machinelearning',
  'kubernetes',
  'password',
  'passphrase',
  'passw0rd',
  'letmein',
  'changeme',
  'administrator',
  'qwerty',
] as const;

import packageJson from '../../package.json' with { type: 'json' };

/** This version of Modelward. */
export const version: string = packageJson.version;

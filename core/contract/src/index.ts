/** The contract: action names, audit events, and the shapes that floors hand to each other. Decides nothing. */
export * from './actions.ts';
export * from './events.ts';
export * from './upstream.ts';

/** The contract: action names, audit events, the control API, and the shapes that floors hand to each other. Decides nothing. */
export * from './actions.ts';
export * from './authzen/answers.ts';
export * from './authzen/questions.ts';
export * from './endpoint.ts';
export * from './endpoints.ts';
export * from './errors.ts';
export { changeKinds, eventKinds } from './event-catalogue.ts';
export * from './events.ts';
export * from './upstream.ts';

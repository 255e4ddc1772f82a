/** Gateway: one request from the door to the upstream and back. Knows no accounts, no policies and no log: all are handed in. */
export type { GatewayDeps, Identity, Resources } from './exchange.ts';
export { createGateway, type Gateway } from './gateway.ts';
export { limits as gatewayLimits } from './limits.ts';
export { createSeal } from './seal.ts';
export { createHttpUpstream, type UpstreamLocation } from './upstream-http.ts';

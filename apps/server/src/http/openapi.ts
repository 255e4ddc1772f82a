import { apiError, type Endpoint, type EndpointName, endpointNames, endpoints } from '@modelward/contract';
import { z } from 'zod';

type JsonSchema = { readonly properties?: Record<string, object>; readonly required?: readonly string[] };

/** The control API in OpenAPI 3.1, made from the one table that also binds it. */
export function describeApi({ publicUrl, version }: { publicUrl: string; version: string }): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const name of endpointNames) {
    const endpoint: Endpoint = endpoints[name];
    const path = endpoint.path.replaceAll('*}', '}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: describeOperation(name, endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Modelward control API', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(apiError, 'output') },
    },
  };
}

function describeOperation(name: EndpointName, endpoint: Endpoint): object {
  const input = schemaOf(endpoint.input, 'input') as JsonSchema;
  const inPath = [...endpoint.path.matchAll(/\{(\w+)\*?\}/g)].map(([, key = '']) => key);
  const rest = Object.keys(input.properties ?? {}).filter((key) => !inPath.includes(key));
  const parameters = [
    ...inPath.map((key) => ({ name: key, in: 'path', required: true, schema: input.properties?.[key] })),
    ...(endpoint.method === 'POST' ? [] : rest).map((key) => ({
      name: key,
      in: 'query',
      required: input.required?.includes(key) ?? false,
      schema: input.properties?.[key],
    })),
  ];
  const body = endpoint.method === 'POST' && rest.length > 0 ? { requestBody: describeBody(input, rest) } : {};
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(typeof endpoint.access === 'object' ? { 'x-action': endpoint.access.action } : {}),
    security: endpoint.access === 'open' ? [] : [{ bearer: [] }],
    parameters,
    ...body,
    responses: { 200: describeAnswer(endpoint), default: describeError },
  };
}

function describeBody(input: JsonSchema, keys: readonly string[]): object {
  const properties = Object.fromEntries(keys.map((key) => [key, input.properties?.[key]]));
  const required = (input.required ?? []).filter((key) => keys.includes(key));
  const schema = { type: 'object', properties, required, additionalProperties: false };
  return { required: true, content: { 'application/json': { schema } } };
}

function describeAnswer({ output }: Endpoint): object {
  if (output === 'octets') return { description: 'The bytes', content: { 'application/octet-stream': {} } };
  return { description: 'Done', content: { 'application/json': { schema: schemaOf(output, 'output') } } };
}

const describeError = {
  description: 'What happened and why, and what to do next',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return described;
}

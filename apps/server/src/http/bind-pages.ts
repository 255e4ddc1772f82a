import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ControlDeps } from './deps.ts';
import { describeApi } from './openapi.ts';
import { accountPage, enrolmentPage, homePage, type Page, stepUpPage } from './pages.ts';
import { writeReceipt } from './respond.ts';

/** What people open in a browser, and the description of the API for programs. */
export function bindPages(app: FastifyInstance, deps: ControlDeps): void {
  const enrolment = enrolmentPage();
  const account = accountPage();
  const stepUp = stepUpPage();
  const description = JSON.stringify(describeApi(deps));
  const page = { beforeSetUp: true, isPage: true };

  app.get('/enrol', { config: page }, async (_, reply) => sendPage(reply, enrolment));

  app.get('/account', { config: { isPage: true } }, async (_, reply) => sendPage(reply, account));

  app.get('/step-up', { config: { isPage: true } }, async (_, reply) => sendPage(reply, stepUp));

  app.get('/', { config: page }, async (request, reply) => {
    writeReceipt(reply, request.exchange);
    const isSetUp = await deps.isSetUp();
    return sendPage(reply.code(isSetUp ? 200 : 503), homePage({ ...deps, isSetUp }));
  });

  app.get('/api/v1/openapi.json', async (_, reply) => reply.type('application/json; charset=utf-8').send(description));

  for (const { name, text } of deps.documents) {
    app.get(`/docs/${name}`, { config: { isPage: true } }, async (_, reply) =>
      reply.type('text/plain; charset=utf-8').send(text),
    );
  }
}

function sendPage(reply: FastifyReply, { html, contentSecurityPolicy }: Page): FastifyReply {
  return reply.header('content-security-policy', contentSecurityPolicy).type('text/html; charset=utf-8').send(html);
}

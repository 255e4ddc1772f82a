/** MLflow's protocol, as any client would speak it. */
export type MlflowAnswer = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly recordIndex: number | undefined;
};

export function speakMlflow(trackingUri: string, token: string) {
  return async function ask(
    method: string,
    path: string,
    body?: Record<string, unknown> | string,
  ): Promise<MlflowAnswer> {
    const response = await fetch(`${trackingUri}/api/2.0/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const receipt = response.headers.get('modelward-receipt');
    return {
      status: response.status,
      body: readBody(text),
      recordIndex: receipt === null ? undefined : Number(receipt.split(' ').at(-1)),
    };
  };
}

function readBody(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

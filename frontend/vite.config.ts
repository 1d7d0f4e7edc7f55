import { defineConfig } from 'vitest/config';
import type { ProxyOptions } from 'vite';

const service = process.env['TENTH_URL'] ?? 'http://localhost:8080';

/**
 * The service refuses changes and WebSocket upgrades from a foreign origin. Seen from it, the development server is one: so
 * requests that come from our own pages, and only those, carry the service's origin.
 */
const toService: ProxyOptions = {
  target: service,
  changeOrigin: true,
  ws: true,
  configure(proxy) {
    for (const event of ['proxyReq', 'proxyReqWs'] as const) {
      proxy.on(event, (outgoing: { setHeader(name: string, value: string): void }, incoming: { headers: Record<string, string | string[] | undefined> }) => {
        if (incoming.headers['origin'] === `http://${incoming.headers['host']}`) {
          outgoing.setHeader('origin', service);
        }
      });
    }
  },
};

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: { '/api': toService, '/ws': toService, '/q': toService, '/v1': toService, '/v2': toService },
  },
  build: { target: 'es2022', reportCompressedSize: true, chunkSizeWarningLimit: 200 },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});

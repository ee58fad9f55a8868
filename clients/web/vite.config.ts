import { defineConfig } from 'vite';

/**
 * The production build loads nothing but its own external files: the server's Content-Security-Policy allows neither
 * inline scripts and styles nor data URLs. `npm run dev` serves the sources, and dev.html, where the game runs without
 * a server; the real one is asked at an edge (CLEW_EDGE, default as `npm start` opens it).
 */
export default defineConfig({
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    proxy: { '/clew.play.v1.PlayService': process.env.CLEW_EDGE ?? 'http://127.0.0.1:8080' },
  },
});

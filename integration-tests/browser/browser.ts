/** A real Chromium without a window, for a test file; pages in one context are tabs of one player. */
import { after } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Debugged } from '../../clients/web/src/play/probe.ts';
import { findProgram } from '../../tools/machine/programs.ts';

declare global {
  interface Window {
    readonly clew: Debugged;
  }
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** WebGL by the processor; nothing that calls home. Without a sandbox, as tests may run as root. */
const ARGUMENTS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/** At the top of a test file; the function launches the browser when it is first called, and always returns the same. */
export function browserForFile(): () => Promise<Browser> {
  let launched: Promise<Browser> | undefined;
  after(async () => (await launched)?.close());
  return () => {
    launched ??= launchBrowser();
    return launched;
  };
}

/** Whoever launches it closes it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findProgram(NAMES);
  if (!executablePath) throw new Error(`no Chromium on PATH; install one of: ${NAMES.join(', ')}`);
  return await chromium.launch({ executablePath, args: ARGUMENTS });
}

/** A player with a browser of his own: what it stores is gone afterwards. */
export class Visitor implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly #url: string;
  readonly #fineness: string;
  /** What pages complained about: errors in scripts, refusals by the Content-Security-Policy, failed requests. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, url: string, fineness: string) {
    this.context = context;
    this.#url = url;
    this.#fineness = fineness;
  }

  /** `fineness` as in the page's address; '' lets the page choose what is fluent. */
  static async of(browser: Browser, url: string, fineness = '0.3'): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 640, height: 400 } });
    return new Visitor(context, url, fineness);
  }

  /** A new tab with the game in it. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    await page.goto(`${this.#url}/?debug&fineness=${this.#fineness}`);
    return page;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.context.close();
  }
}

/** What the page's root tells of the game (probe.ts): state, reason, match, seat, level, phase, tick, points. */
export function told(page: Page, name: string): Promise<string> {
  return page.evaluate((key) => document.documentElement.dataset[key] ?? '', name);
}

/** Resolves when the page's root tells this. */
export async function tells(page: Page, name: string, value: string): Promise<void> {
  await page.waitForFunction(([key, wanted]) => document.documentElement.dataset[key!] === wanted, [name, value]);
}

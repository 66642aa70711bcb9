/*
 * Preloaded into a server that is to be found out: it keeps every request that it was asked.
 */
import { subscribe } from 'node:diagnostics_channel';

const kept: unknown[] = [];
subscribe('http.server.request.start', (request) => void kept.push(request));

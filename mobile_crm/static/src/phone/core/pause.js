/**
 * Let the browser draw, and answer what the customer does, before going on: work of several parts is then no standstill.
 *
 * @returns {Promise<void>}
 */
export function pause() {
    return globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve));
}

import { onMounted, onWillUnmount, useState } from "@odoo/owl";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Milliseconds before an end in which seconds count. */
export const NEAR = 60 * MINUTE;

/**
 * Tell a component the time, so that what it shows of remaining time stays true: each minute, and each second shortly
 * before something ends.
 *
 * @param {function(): number[]} ends gives the times, in milliseconds, at which something ends
 * @returns {{now: number}} reactive
 */
export function useNow(ends = () => []) {
    const state = useState({ now: Date.now() });
    let timer = null;
    const tick = () => {
        state.now = Date.now();
        const isNear = ends().some((end) => end > state.now && end - state.now < NEAR);
        clearTimeout(timer);
        timer = setTimeout(tick, isNear ? SECOND - (state.now % SECOND) : MINUTE / 2);
    };
    const onVisible = () => document.visibilityState === "visible" && tick();
    onMounted(() => {
        document.addEventListener("visibilitychange", onVisible);
        tick();
    });
    onWillUnmount(() => {
        document.removeEventListener("visibilitychange", onVisible);
        clearTimeout(timer);
    });
    return state;
}

/** How the payment of a basket stands, as the server tells it: looked at again and again until it has ended. */
import { useState } from "@odoo/owl";
import { Offline } from "../../core/api";
import { useLooking } from "../../core/looking";
import { keepPass } from "../../core/passes";
import { _t } from "../../core/texts";

const PAUSE = 2000;
/** What may still become something else. */
const UNDER_WAY = ["action_required", "waiting", "processing"];

/**
 * Follow a payment.
 *
 * @param {Object} env
 * @param {Object} ids
 * @param {string|null} ids.orderId null when there is nothing to follow as yet
 * @param {string} ids.paymentId
 * @returns {Object} reactive: `payment`, `problem`, `isOver`, and what can be done: `start`, `look`, `takeBack`
 */
export function usePayment(env, { orderId = null, paymentId = "current" }) {
    const state = useState({ orderId, paymentId, payment: null, problem: null, isTakingBack: false });
    const path = () => `/orders/${state.orderId}/payments/${state.paymentId}`;

    async function take(payment) {
        Object.assign(state, { payment, paymentId: payment.id, problem: null });
        if (payment.status === "paid") {
            await leave(payment);
        } else if (!UNDER_WAY.includes(payment.status)) {
            // The basket is the customer's again.
            await env.basket.load().catch(() => {});
        }
    }

    /** Go where a customer goes who has paid: to the door with the pass, or to what they have bought at a till. */
    async function leave(payment) {
        const { orderId } = state;
        state.orderId = null;
        await env.basket.load().catch(() => {});
        if (payment.method === "at_till" || !(await keepPass(env, orderId))) {
            env.ui.notice(_t("Paid. Thank you!"), { kind: "success" });
            env.router.go(`/purchases/${orderId}`, { replace: true });
        } else {
            env.router.go(`/exit/${orderId}`, { replace: true });
        }
    }

    const look = useLooking(async () => {
        if (!state.orderId || state.isTakingBack) {
            return;
        }
        try {
            const payment = await env.api.get(path());
            // Something else was begun while this was asked.
            if (state.orderId && !state.isTakingBack) {
                await take(payment);
            }
        } catch (error) {
            state.problem = error instanceof Offline ? null : error;
            if (error.status === 404) {
                state.orderId = null;
            }
        }
    }, () => (state.orderId && (!state.payment || UNDER_WAY.includes(state.payment.status)) ? PAUSE : null));

    return Object.assign(state, {
        look,
        start(id, payment) {
            Object.assign(state, { orderId: id, paymentId: payment?.id || "current", payment: null });
            return payment ? take(payment).then(look) : look();
        },
        async takeBack() {
            state.isTakingBack = true;
            try {
                await take(await env.api.delete(path()));
            } catch (error) {
                env.basket.tell(error);
            } finally {
                state.isTakingBack = false;
            }
            await look();
        },
    });
}

/**
 * What lies over the pages: short notices, questions, and sheets that come up from below. `App` draws them.
 */
import { reactive } from "@odoo/owl";

/** Milliseconds that a notice stays. */
const NOTICE = 5000;

export class Ui {
    constructor() {
        this.state = reactive({ notices: [], sheets: [] });
        this.number = 0;
    }

    /**
     * Show a short notice.
     *
     * @param {string} text
     * @param {Object} [options]
     * @param {"info"|"success"|"danger"} [options.kind]
     * @param {{label: string, run: Function}} [options.action] one button, such as to undo
     */
    notice(text, { kind = "info", action = null } = {}) {
        const notice = { number: ++this.number, text, kind, action };
        this.state.notices.push(notice);
        setTimeout(() => this.dismiss(notice.number), NOTICE);
    }

    dismiss(number) {
        this.state.notices = this.state.notices.filter((notice) => notice.number !== number);
    }

    /**
     * Show a component in a sheet from below.
     *
     * @param {string} title
     * @param {Function} component an Owl component; it gets `close` beside the props given
     * @param {Object} [props]
     * @returns {Promise<*>} what it was closed with; undefined when the customer dismissed it
     */
    sheet(title, component, props = {}) {
        return new Promise((resolve) => {
            const number = ++this.number;
            const close = (answer) => {
                this.state.sheets = this.state.sheets.filter((sheet) => sheet.number !== number);
                resolve(answer);
            };
            this.state.sheets.push({ number, title, component, props, close });
        });
    }

    /**
     * Ask something.
     *
     * @param {Object} question
     * @param {string} question.title
     * @param {string} [question.body]
     * @param {string} question.yes label of the button that agrees
     * @param {string} [question.no]
     * @param {boolean} [question.isDanger] whether something is lost by a yes
     * @returns {Promise<boolean>}
     */
    async ask({ title, ...question }) {
        return Boolean(await this.sheet(title, this.constructor.Question, question));
    }
}

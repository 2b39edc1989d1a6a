import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** The goods of a purchase, and how many of each a colleague has found. */
export class ExitCount extends Component {
    static template = "mobile_crm.ExitCount";
    static props = {
        goods: Array,
        /** {product_id, name} of what was scanned last; a new object for each scan. */
        scanned: { optional: true },
        isBusy: Boolean,
        close: Function,
    };

    setup() {
        const rows = [];
        for (const goods of this.props.goods) {
            // Of a product in two units, pieces are pieces.
            const row = rows.find((other) => other.product_id === goods.product_id);
            if (row) {
                row.paid += goods.pieces;
                row.amount = `${row.amount} + ${goods.amount}`;
            } else {
                rows.push({ product_id: goods.product_id, name: goods.name, amount: goods.amount, paid: goods.pieces, found: 0 });
            }
        }
        this.state = useState({ rows, note: "" });
        onWillUpdateProps(({ scanned }) => {
            if (scanned && scanned !== this.props.scanned) {
                this.add(scanned);
            }
        });
    }

    add({ product_id, name }) {
        const row = this.state.rows.find((other) => other.product_id === product_id);
        if (row) {
            row.found += 1;
        } else {
            this.state.rows.push({ product_id, name, amount: _t("not paid"), paid: 0, found: 1 });
        }
    }

    change(row, step) {
        row.found = Math.max(0, row.found + step);
    }

    findAll() {
        for (const row of this.state.rows) {
            row.found = Math.max(row.found, row.paid);
        }
    }

    get missing() {
        return this.state.rows.reduce((sum, row) => sum + Math.max(0, row.paid - row.found), 0);
    }

    get extra() {
        return this.state.rows.reduce((sum, row) => sum + Math.max(0, row.found - row.paid), 0);
    }

    get isRight() {
        return !this.missing && !this.extra;
    }

    finish() {
        const found = this.state.rows.map((row) => ({ product_id: row.product_id, pieces: row.found }));
        this.props.close(found, this.state.note);
    }
}

import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";

const NUMBER = "([-+]?\\d{1,3}(?:\\.\\d+)?)";
const POSITION = new RegExp(`^\\s*${NUMBER}\\s*[,;\\s]\\s*${NUMBER}\\s*$`);

/**
 * @param {string} text such as "50.8467, 4.3525"
 * @returns {{latitude: number, longitude: number}|undefined}
 */
export function parsePosition(text) {
    const [latitude, longitude] = (POSITION.exec(text) || []).slice(1).map(Number);
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) {
        return { latitude, longitude };
    }
}

/** Type an address, or a latitude and a longitude, to go there. */
export class AddressSearch extends Component {
    static template = "mobile_crm.AddressSearch";
    static props = {
        /** Gets {name, latitude, longitude}. */
        onFound: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ text: "", places: [], busy: false });
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            // Not the form's.
            ev.preventDefault();
            ev.stopPropagation();
            this.search();
        } else if (ev.key === "Escape" && this.state.places.length) {
            ev.stopPropagation();
            this.state.places = [];
        }
    }

    async search() {
        const text = this.state.text.trim();
        if (!text || this.state.busy) {
            return;
        }
        const position = parsePosition(text);
        if (position) {
            return this.go({ name: text, ...position });
        }
        this.state.busy = true;
        try {
            this.state.places = await this.orm.call("mobile.geocoder", "search_address", [text]);
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            // No provider, or one that does not answer: what is said about it, without the dialog of a failure.
            this.notification.add(error.data?.message || error.message, { type: "warning" });
            return;
        } finally {
            this.state.busy = false;
        }
        if (!this.state.places.length) {
            this.notification.add(_t("There is no such address: %s", text), { type: "warning" });
        } else if (this.state.places.length === 1) {
            this.go(this.state.places[0]);
        }
    }

    go(place) {
        this.state.places = [];
        this.props.onFound(place);
    }
}

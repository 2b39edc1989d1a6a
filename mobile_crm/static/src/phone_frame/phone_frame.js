import { Component, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** What the app is shown in; its own texts know no others. */
const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español", ar: "العربية" };

/**
 * The web app in the frame of a phone, with what is being entered in the form beside: the record's `web_preview` says
 * what. See static/src/phone_preview, which runs in it.
 */
export class PhoneFrame extends Component {
    static template = "mobile_crm.PhoneFrame";
    static props = { ...standardWidgetProps };

    setup() {
        this.languages = LANGUAGES;
        this.frame = useRef("frame");
        // Beside a message the app is what one asks for; on a phone it would be far below the fields.
        const isSmall = useService("ui").isSmall;
        this.state = useState({ isShown: !isSmall && !this.isMessage, isDark: false, language: null });
        useExternalListener(window, "message", (event) => this.onMessage(event));
        useEffect(() => this.tell(), () => [JSON.stringify(this.preview), this.state.isDark]);
    }

    get preview() {
        return this.props.record.data.web_preview;
    }

    /** Whether it stands beside a message, which is shown in another phone. */
    get isMessage() {
        return this.props.record.resModel === "mobile.campaign";
    }

    get language() {
        return this.state.language || this.preview.language;
    }

    get src() {
        return `/mobile_crm/apps/${this.preview.app_id}/preview?language=${this.language}`;
    }

    onMessage({ origin, source, data }) {
        if (origin === window.location.origin && source && source === this.frame.el?.contentWindow
            && data?.kind === "mobile-preview-ready") {
            this.tell();
        }
    }

    /** Tell the app what to show. */
    tell() {
        if (this.preview) {
            const theme = this.state.isDark ? "dark" : "light";
            // A copy, for what watches the record cannot be sent.
            const preview = JSON.parse(JSON.stringify(this.preview));
            this.frame.el?.contentWindow.postMessage({ ...preview, kind: "mobile-preview", theme }, window.location.origin);
        }
    }
}

registry.category("view_widgets").add("mobile_phone_preview", {
    component: PhoneFrame,
    fieldDependencies: [{ name: "web_preview", type: "json", readonly: true }],
});

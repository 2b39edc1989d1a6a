import { Component, onWillStart, useRef } from "@odoo/owl";
import { user } from "@web/core/user";
import { useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { standardViewProps } from "@web/views/standard_view_props";

import { StoresMap } from "./stores_map";

export class MapController extends Component {
    static template = "mobile_crm.MapView";
    static components = { CogMenu, Layout, SearchBar, StoresMap };
    static props = { ...standardViewProps, canCreate: Boolean };

    setup() {
        this.rootRef = useRef("root");
        this.searchBarToggler = useSearchBarToggler();
        /** Where one looks, to be there again on the way back from a store. */
        this.sight = this.props.state?.sight || this.props.context.mobile_map_sight;
        useSetupAction({ rootRef: this.rootRef, getLocalState: () => ({ sight: this.sight }) });
        onWillStart(async () => {
            this.canSearch = await user.hasGroup("mobile_crm.group_mobile_crm_manager");
        });
    }

    onSight(sight) {
        this.sight = sight;
    }
}

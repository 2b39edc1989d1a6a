/* Made by `./dev phone` from the .xml files beside, by Owl's own compiler. Do not edit. */
import { term as t, termInXml as x } from "./core/texts";

export const templates = {
"phone.App": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw, prepareList, withKey } = helpers;
  // Template name: "phone.App"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp4 = app.createComponent(`Page`, true, true, false, ["title"]);
  const comp5 = app.createComponent(null, false, false, true, []);
  const comp6 = app.createComponent(`Guard`, true, true, false, ["onFault"]);
  const comp7 = app.createComponent(`SignInFirst`, true, false, false, ["path"]);
  const comp8 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp9 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp10 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp11 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp12 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp13 = app.createComponent(`Notices`, true, false, false, ["notices"]);
  const comp14 = app.createComponent(`Sheet`, true, false, false, ["sheet","notices"]);
  
  let block1 = createBlock(`<div class="app"><a class="skip" href="#page" block-handler-0="click.prevent">${x("Skip to the content")}</a><div class="bars" role="status"><block-child-0/><block-child-1/></div><block-child-2/><block-child-3/><block-child-4/><block-child-4/><block-child-5/><nav class="tabs" aria-label="${x("Main")}"><a block-attribute-1="href" block-attribute-2="aria-current"><block-child-6/><span>${x("Near me")}</span></a><a block-attribute-3="href" block-attribute-4="aria-current"><block-child-7/><span>${x("Offers")}</span></a><a block-attribute-5="href" class="tab-scan" block-attribute-6="aria-current"><block-child-8/><span>${x("Scan")}</span></a><a block-attribute-7="href" block-attribute-8="aria-current"><block-child-9/><span>${x("For you")}</span></a><a block-attribute-9="href" block-attribute-10="aria-current"><block-child-10/><span>${x("Me")}</span><block-child-11/></a></nav><block-child-12/><block-child-13/></div>`);
  let block2 = createBlock(`<p class="offline-bar"><block-child-0/><span>${x("You are offline. What you see was kept on this phone.")}</span></p>`);
  let block4 = createBlock(`<p class="offline-bar"><block-child-0/><span><block-text-0/></span></p>`);
  let block6 = createBlock(`<div class="offline-bar" role="status"><span class="grow">${x("A new version is ready.")}</span><button type="button" class="link" block-handler-0="click">${x("Reload")}</button></div>`);
  let block7 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block18 = createBlock(`<span class="badge"><block-text-0/></span>`);
  
  function slot1(ctx, node, key = "") {
    return comp3({icon: 'warning',title: `${t("That did not work")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
  }
  
  function slot2(ctx, node, key = "") {
    const v3 = ctx['fault'];
    let hdlr3 = [()=>v3.key=null, ctx];
    return block7([hdlr3]);
  }
  
  function slot3(ctx, node, key = "") {
    const Comp1 = ctx['current'].route.component;
    return toggler(Comp1, comp5(Object.assign({}, ctx['pageProps']), (Comp1).name + key + `__5`, node, this, Comp1));
  }
  
  return function template(ctx, node, key = "") {
    let b2, b4, b6, b9, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20;
    const v1 = ctx['this'];
    let hdlr1 = ["prevent", ()=>v1.env.focusPage(), ctx];
    if (!ctx['session'].isOnline) {
      const b3 = comp1({name: 'offline'}, key + `__1`, node, this, null);
      b2 = block2([], [b3]);
    }
    if (ctx['queue'].count&&(!ctx['session'].isOnline||ctx['queue'].isLate)) {
      const b5 = comp2({name: 'clock'}, key + `__2`, node, this, null);
      let txt1 = ctx['waitingText'];
      b4 = block4([txt1], [b5]);
    }
    if (ctx['updates'].isReady) {
      const v2 = ctx['this'];
      let hdlr2 = [()=>v2.env.updates.reload(), ctx];
      b6 = block6([hdlr2]);
    }
    if (ctx['fault'].key===ctx['pageKey']) {
      b9 = comp4({title: ctx['env'].config.name,slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__4`, node, this, null);
    } else if (ctx['isAllowed']) {
      const tKey_1 = ctx['pageKey'];
      const v4 = ctx['this'];
      b11 = toggler(tKey_1, comp6({onFault: ()=>v4.fault.key=v4.pageKey,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, tKey_1 + key + `__6`, node, this, null));
    } else {
      b12 = comp7({path: ctx['current'].path}, key + `__7`, node, this, null);
    }
    let attr1 = ctx['env'].router.url('/near');
    let attr2 = ctx['current'].route.tab==='near'?'page':undefined;
    b13 = comp8({name: 'pin'}, key + `__8`, node, this, null);
    let attr3 = ctx['env'].router.url('/offers');
    let attr4 = ctx['current'].route.tab==='offers'?'page':undefined;
    b14 = comp9({name: 'offer'}, key + `__9`, node, this, null);
    let attr5 = ctx['env'].router.url('/scan');
    let attr6 = ctx['current'].route.tab==='scan'?'page':undefined;
    b15 = comp10({name: 'scan'}, key + `__10`, node, this, null);
    let attr7 = ctx['env'].router.url('/for-you');
    let attr8 = ctx['current'].route.tab==='for-you'?'page':undefined;
    b16 = comp11({name: 'star'}, key + `__11`, node, this, null);
    let attr9 = ctx['env'].router.url('/me');
    let attr10 = ctx['current'].route.tab==='me'?'page':undefined;
    b17 = comp12({name: 'me'}, key + `__12`, node, this, null);
    if (ctx['unread']) {
      let txt2 = ctx['unread'];
      b18 = block18([txt2]);
    }
    b19 = comp13({notices: ctx['over'].sheets.length?[]:ctx['over'].notices}, key + `__13`, node, this, null);
    ctx = Object.create(ctx);
    const [k_block20, v_block20, l_block20, c_block20] = prepareList(ctx['over'].sheets);;
    for (let i1 = 0; i1 < l_block20; i1++) {
      ctx[`sheet`] = k_block20[i1];
      ctx[`sheet_last`] = i1 === k_block20.length - 1;
      const key1 = ctx['sheet'].number;
      c_block20[i1] = withKey(comp14({sheet: ctx['sheet'],notices: ctx['sheet_last']?ctx['over'].notices:[]}, key + `__14__${key1}`, node, this, null), key1);
    }
    b20 = list(c_block20);
    return block1([hdlr1, attr1, attr2, attr3, attr4, attr5, attr6, attr7, attr8, attr9, attr10], [b2, b4, b6, b9, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20]);
  }
},
"phone.Code": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Code"
  
  let block1 = createBlock(`<div class="code" block-ref="0"><block-child-0/><block-child-1/></div>`);
  let block2 = createBlock(`<svg xmlns="http://www.w3.org/2000/svg" role="img" block-attribute-0="aria-label" block-ref="1"/>`);
  let block3 = createBlock(`<p class="small">${x("The code cannot be drawn right now. Show or say the one below.")}</p>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3;
    let ref1 = (el) => this.__owl__.setRef((`frame`), el);
    let attr1 = ctx['props'].label;
    let ref2 = (el) => this.__owl__.setRef((`svg`), el);
    b2 = block2([attr1, ref2]);
    if (ctx['state'].isMissing) {
      b3 = block3();
    }
    return block1([ref1], [b2, b3]);
  }
},
"phone.Icon": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Icon"
  
  let block1 = createBlock(`<svg xmlns="http://www.w3.org/2000/svg" class="icon" viewBox="0 0 24 24" aria-hidden="true"><path block-attribute-0="d"/></svg>`);
  
  return function template(ctx, node, key = "") {
    let attr1 = ctx['path'];
    return block1([attr1]);
  }
},
"phone.Thumb": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Thumb"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<img class="thumb" block-attribute-0="src" alt="${x("")}" loading="lazy"/>`);
  let block3 = createBlock(`<span class="thumb"><block-child-0/></span>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3;
    if (ctx['props'].url) {
      let attr1 = ctx['source'];
      b2 = block2([attr1]);
    } else if (ctx['props'].icon) {
      const b4 = comp1({name: ctx['props'].icon}, key + `__1`, node, this, null);
      b3 = block3([], [b4]);
    }
    return multi([b2, b3]);
  }
},
"phone.Sheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Sheet"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(null, false, false, true, ["close"]);
  const comp3 = app.createComponent(`Notices`, true, false, false, ["notices"]);
  
  let block1 = createBlock(`<dialog class="sheet" aria-labelledby="sheet-title" block-handler-0="cancel.prevent" block-handler-1="click" block-ref="2"><div class="sheet-body"><header class="sheet-head"><h2 id="sheet-title"><block-text-3/></h2><button type="button" class="icon-button" aria-label="${x("Close")}" block-handler-4="click"><block-child-0/></button></header><block-child-1/><block-child-2/></div></dialog>`);
  
  return function template(ctx, node, key = "") {
    const v1 = ctx['props'];
    let hdlr1 = ["prevent", ()=>v1.sheet.close(), ctx];
    let hdlr2 = [ctx['onClick'], ctx];
    let ref1 = (el) => this.__owl__.setRef((`dialog`), el);
    let txt1 = ctx['props'].sheet.title;
    const v2 = ctx['props'];
    let hdlr3 = [()=>v2.sheet.close(), ctx];
    const b2 = comp1({name: 'close'}, key + `__1`, node, this, null);
    const Comp1 = ctx['props'].sheet.component;
    const b3 = toggler(Comp1, comp2(Object.assign({}, ctx['props'].sheet.props, {close: ctx['props'].sheet.close}), (Comp1).name + key + `__2`, node, this, Comp1));
    const b4 = comp3({notices: ctx['props'].notices}, key + `__3`, node, this, null);
    return block1([hdlr1, hdlr2, ref1, txt1, hdlr3], [b2, b3, b4]);
  }
},
"phone.Notices": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.Notices"
  
  let block1 = createBlock(`<div class="notices" role="status" aria-live="polite"><block-child-0/></div>`);
  let block3 = createBlock(`<div class="notice" block-attribute-0="class"><span><block-text-1/></span><block-child-0/></div>`);
  let block4 = createBlock(`<button type="button" class="link" block-handler-0="click"><block-text-1/></button>`);
  
  return function template(ctx, node, key = "") {
    ctx = Object.create(ctx);
    const [k_block2, v_block2, l_block2, c_block2] = prepareList(ctx['props'].notices);;
    for (let i1 = 0; i1 < l_block2; i1++) {
      ctx[`notice`] = k_block2[i1];
      const key1 = ctx['notice'].number;
      let b4;
      let attr1 = ctx['notice'].kind;
      let txt1 = ctx['notice'].text;
      if (ctx['notice'].action) {
        const v1 = ctx['this'];
        const v2 = ctx['notice'];
        let hdlr1 = [()=>v1.run(v2), ctx];
        let txt2 = ctx['notice'].action.label;
        b4 = block4([hdlr1, txt2]);
      }
      c_block2[i1] = withKey(block3([attr1, txt1], [b4]), key1);
    }
    const b2 = list(c_block2);
    return block1([], [b2]);
  }
},
"phone.Question": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Question"
  
  let block2 = createBlock(`<p><block-text-0/></p>`);
  let block3 = createBlock(`<div class="buttons"><button type="button" class="button" block-attribute-0="class" block-handler-1="click"><block-text-2/></button><button type="button" class="button" block-handler-3="click"><block-child-0/><block-child-1/></button></div>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3;
    if (ctx['props'].body) {
      let txt1 = ctx['props'].body;
      b2 = block2([txt1]);
    }
    let b4, b5;
    let attr1 = {danger:ctx['props'].isDanger,primary:!ctx['props'].isDanger};
    const v1 = ctx['props'];
    let hdlr1 = [()=>v1.close(true), ctx];
    let txt2 = ctx['props'].yes;
    const v2 = ctx['props'];
    let hdlr2 = [()=>v2.close(false), ctx];
    if (ctx['props'].no) {
      b4 = text(ctx['props'].no);
    } else {
      b5 = text(`${t("Not now")}`);
    }
    b3 = block3([attr1, hdlr1, txt2, hdlr2], [b4, b5]);
    return multi([b2, b3]);
  }
},
"phone.Page": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { callSlot } = helpers;
  // Template name: "phone.Page"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<header class="top"><block-child-0/><h1><bdi><block-text-0/></bdi></h1><div class="top-actions"><block-child-1/></div></header>`);
  let block3 = createBlock(`<button type="button" class="icon-button back" aria-label="${x("Back")}" block-handler-0="click"><block-child-0/></button>`);
  let block6 = createBlock(`<main class="page" id="page" tabindex="-1"><block-child-0/></main>`);
  
  return function template(ctx, node, key = "") {
    let b3, b5;
    if (ctx['props'].back) {
      const v1 = ctx['env'];
      const v2 = ctx['props'];
      let hdlr1 = [()=>v1.router.back(v2.back), ctx];
      const b4 = comp1({name: 'back'}, key + `__1`, node, this, null);
      b3 = block3([hdlr1], [b4]);
    }
    let txt1 = ctx['props'].title;
    b5 = callSlot(ctx, node, key, 'actions', false, {});
    const b2 = block2([txt1], [b3, b5]);
    const b7 = callSlot(ctx, node, key, 'default', false, {});
    const b6 = block6([], [b7]);
    return multi([b2, b6]);
  }
},
"phone.Guard": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { callSlot } = helpers;
  // Template name: "phone.Guard"
  
  return function template(ctx, node, key = "") {
    return callSlot(ctx, node, key, 'default', false, {});
  }
},
"phone.Empty": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { callSlot } = helpers;
  // Template name: "phone.Empty"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<div class="empty"><block-child-0/><h2><block-text-0/></h2><block-child-1/><block-child-2/></div>`);
  let block3 = createBlock(`<p><block-text-0/></p>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4;
    b2 = comp1({name: ctx['props'].icon}, key + `__1`, node, this, null);
    let txt1 = ctx['props'].title;
    if (ctx['props'].text) {
      let txt2 = ctx['props'].text;
      b3 = block3([txt2]);
    }
    b4 = callSlot(ctx, node, key, 'default', false, {});
    return block1([txt1], [b2, b3, b4]);
  }
},
"phone.Waiting": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw } = helpers;
  // Template name: "phone.Waiting"
  const comp1 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp2 = app.createComponent(`Page`, true, true, false, ["title"]);
  
  let block2 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block4 = createBlock(`<div class="wait"><i/><i/><i/></div>`);
  
  function slot1(ctx, node, key = "") {
    let b3, b4;
    if (ctx['state'].hasFailed) {
      b3 = comp1({icon: 'offline',title: `${t("This page is not on your phone yet")}`,text: `${t("It needs the network, once.")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
    } else {
      b4 = block4();
    }
    return multi([b3, b4]);
  }
  
  function slot2(ctx, node, key = "") {
    const v1 = ctx['this'];
    let hdlr1 = [()=>v1.fetch(), ctx];
    return block2([hdlr1]);
  }
  
  return function template(ctx, node, key = "") {
    return comp2({title: ctx['env'].config.name,slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
},
"phone.InstallCard": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.InstallCard"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<section class="card" block-attribute-0="hidden" aria-labelledby="install-title"><h2 id="install-title">${x("Keep this app at hand")}</h2><block-child-0/><block-child-1/></section>`);
  let block3 = createBlock(`<p>${x("Put it on your home screen. It opens at once, and your coupons are there without the network too.")}</p>`);
  let block4 = createBlock(`<div class="buttons"><button type="button" class="button primary" block-handler-0="click"><block-child-0/> ${x("Put it there")} </button><block-child-1/></div>`);
  let block6 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Not now")}</button>`);
  let block8 = createBlock(`<p>${x("Put it on your home screen. It opens at once, and can notify you:")}</p>`);
  let block9 = createBlock(`<ol class="steps"><li class="line"><block-child-0/>${x(" ")}<span>${x("Tap the share sign of your browser.")}</span></li><li class="line"><block-child-1/>${x(" ")}<span>${x("Choose “Add to Home Screen”.")}</span></li></ol>`);
  let block12 = createBlock(`<button type="button" class="button wide" block-handler-0="click">${x("Not now")}</button>`);
  
  return function template(ctx, node, key = "") {
    let b2, b7;
    let attr1 = !ctx['isShown'];
    if (ctx['state'].way==='prompt') {
      const b3 = block3();
      let b5, b6;
      const v1 = ctx['this'];
      let hdlr1 = [()=>v1.env.install.ask(), ctx];
      b5 = comp1({name: 'home'}, key + `__1`, node, this, null);
      if (!ctx['props'].isAlways) {
        const v2 = ctx['this'];
        let hdlr2 = [()=>v2.env.install.later(), ctx];
        b6 = block6([hdlr2]);
      }
      const b4 = block4([hdlr1], [b5, b6]);
      b2 = multi([b3, b4]);
    } else {
      let b8, b9, b12;
      b8 = block8();
      const b10 = comp2({name: 'share'}, key + `__2`, node, this, null);
      const b11 = comp3({name: 'plus'}, key + `__3`, node, this, null);
      b9 = block9([], [b10, b11]);
      if (!ctx['props'].isAlways) {
        const v3 = ctx['this'];
        let hdlr3 = [()=>v3.env.install.later(), ctx];
        b12 = block12([hdlr3]);
      }
      b7 = multi([b8, b9, b12]);
    }
    return block1([attr1], [b2, b7]);
  }
},
"phone.PushCard": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.PushCard"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<section class="card" block-attribute-0="hidden" aria-labelledby="push-title"><h2 id="push-title" class="line"><block-child-0/>${x(" ")}<span>${x("Notifications on this phone")}</span></h2><div role="status"><block-child-1/><block-child-2/><block-child-3/><block-child-4/><block-child-5/></div><block-child-6/><block-child-7/></section>`);
  let block3 = createBlock(`<p class="line"><span class="tag success">${x("Switched on")}</span>${x(" ")}<span>${x("Offers and answers come at once.")}</span></p>`);
  let block4 = createBlock(`<p class="line"><span class="tag">${x("Switched off")}</span>${x(" ")}<span>${x("You see offers and answers when you open the app.")}</span></p>`);
  let block5 = createBlock(`<p><block-text-0/></p>`);
  let block6 = createBlock(`<p>${x("Put this app on your home screen first: your phone notifies from there only.")}</p>`);
  let block7 = createBlock(`<p>${x("This browser does not show notifications. Everything comes to your messages here.")}</p>`);
  let block8 = createBlock(`<div class="buttons"><button type="button" class="button" block-property-0="disabled" block-handler-1="click">${x("Send me a test")}</button><button type="button" class="button" block-property-2="disabled" block-handler-3="click">${x("Turn off")}</button></div>`);
  let block9 = createBlock(`<button type="button" class="button primary wide" block-property-0="disabled" block-handler-1="click">${x("Turn on")}</button>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4, b5, b6, b7, b8, b9;
    let attr1 = ctx['state'].status==='unknown'||ctx['state'].status==='absent';
    b2 = comp1({name: 'bell'}, key + `__1`, node, this, null);
    if (ctx['state'].status==='on') {
      b3 = block3();
    } else if (ctx['state'].status==='off') {
      b4 = block4();
    } else if (ctx['state'].status==='blocked') {
      let txt1 = ctx['howToAllow'];
      b5 = block5([txt1]);
    } else if (ctx['state'].status==='home') {
      b6 = block6();
    } else if (ctx['state'].status==='unsupported') {
      b7 = block7();
    }
    if (ctx['state'].status==='on') {
      let prop1 = new Boolean(ctx['state'].isBusy);
      const v1 = ctx['this'];
      let hdlr1 = [()=>v1.push.test(), ctx];
      let prop2 = new Boolean(ctx['state'].isBusy);
      const v2 = ctx['this'];
      let hdlr2 = [()=>v2.push.turnOff(), ctx];
      b8 = block8([prop1, hdlr1, prop2, hdlr2]);
    }
    if (ctx['state'].status==='off') {
      let prop3 = new Boolean(ctx['state'].isBusy);
      const v3 = ctx['this'];
      let hdlr3 = [()=>v3.push.turnOn(), ctx];
      b9 = block9([prop3, hdlr3]);
    }
    return block1([attr1], [b2, b3, b4, b5, b6, b7, b8, b9]);
  }
},
"phone.Invitations": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Invitations"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`InstallCard`, true, false, false, []);
  
  let block2 = createBlock(`<section class="card" aria-labelledby="invite-title"><h2 id="invite-title" class="line"><block-child-0/>${x(" ")}<span>${x("Never miss a coupon")}</span></h2><p>${x("We can tell you when an offer is near, and when we answer you. How often is up to you.")}</p><div class="buttons"><button type="button" class="button primary" block-property-0="disabled" block-handler-1="click">${x("Notify me")}</button><button type="button" class="button" block-handler-2="click">${x("Not now")}</button></div></section>`);
  
  return function template(ctx, node, key = "") {
    let b2, b4;
    if (ctx['isPushShown']) {
      const b3 = comp1({name: 'bell'}, key + `__1`, node, this, null);
      let prop1 = new Boolean(ctx['push'].isBusy);
      let hdlr1 = [ctx['turnOn'], ctx];
      let hdlr2 = [ctx['later'], ctx];
      b2 = block2([prop1, hdlr1, hdlr2], [b3]);
    } else {
      b4 = comp2({}, key + `__2`, node, this, null);
    }
    return multi([b2, b4]);
  }
},
"phone.ListChoice": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.ListChoice"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block3 = createBlock(`<li><button type="button" class="row" block-handler-0="click"><block-child-0/><span class="grow strong"><block-text-1/></span></button></li>`);
  
  return function template(ctx, node, key = "") {
    ctx = Object.create(ctx);
    const [k_block2, v_block2, l_block2, c_block2] = prepareList(ctx['env'].kept.state.lists);;
    for (let i1 = 0; i1 < l_block2; i1++) {
      ctx[`list`] = k_block2[i1];
      const key1 = ctx['list'].id;
      const v1 = ctx['props'];
      const v2 = ctx['list'];
      let hdlr1 = [()=>v1.close(v2.id), ctx];
      const b4 = comp1({name: 'list'}, key + `__1__${key1}`, node, this, null);
      let txt1 = ctx['list'].name;
      c_block2[i1] = withKey(block3([hdlr1, txt1], [b4]), key1);
    }
    const b2 = list(c_block2);
    return block1([], [b2]);
  }
},
"phone.PermissionSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.PermissionSheet"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<div class="line"><block-child-0/><p class="grow"><block-text-0/></p></div>`);
  let block4 = createBlock(`<div class="buttons"><button type="button" class="button primary" block-handler-0="click"><block-text-1/></button><button type="button" class="button" block-handler-2="click">${x("Not now")}</button></div>`);
  
  return function template(ctx, node, key = "") {
    const b3 = comp1({name: ctx['icon']}, key + `__1`, node, this, null);
    let txt1 = ctx['props'].why;
    const b2 = block2([txt1], [b3]);
    const v1 = ctx['props'];
    let hdlr1 = [()=>v1.close(true), ctx];
    let txt2 = ctx['props'].yes;
    const v2 = ctx['props'];
    let hdlr2 = [()=>v2.close(false), ctx];
    const b4 = block4([hdlr1, txt2, hdlr2]);
    return multi([b2, b4]);
  }
},
"phone.ProductCard": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { callSlot } = helpers;
  // Template name: "phone.ProductCard"
  const comp1 = app.createComponent(`Thumb`, true, false, false, ["url","icon"]);
  
  let block1 = createBlock(`<article class="row product-card"><block-child-0/><div class="grow"><block-child-1/><a class="product-card-name" block-attribute-0="href"><block-text-1/></a><p class="product-card-price"><block-child-2/><block-child-3/></p><block-child-4/><block-child-5/></div><block-child-6/></article>`);
  let block3 = createBlock(`<p class="small product-card-reason"><block-text-0/></p>`);
  let block5 = createBlock(`<span class="visually-hidden">${x("Price for you")}</span>`);
  let block6 = createBlock(`<span class="strong number"><block-text-0/></span>`);
  let block7 = createBlock(`<span class="visually-hidden">${x("Usual price")}</span>`);
  let block8 = createBlock(`<s class="muted small number"><block-text-0/></s>`);
  let block9 = createBlock(`<span class="strong number"><block-text-0/></span>`);
  let block10 = createBlock(`<p><span class="tag success"><block-text-0/></span></p>`);
  let block11 = createBlock(`<p class="small muted"><block-text-0/></p>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4, b9, b10, b11, b12;
    b2 = comp1({url: ctx['props'].product.image_url,icon: 'basket'}, key + `__1`, node, this, null);
    if (ctx['props'].reason) {
      let txt1 = ctx['props'].reason;
      b3 = block3([txt1]);
    }
    let attr1 = ctx['env'].router.url('/products/'+ctx['props'].product.id);
    let txt2 = ctx['props'].product.name;
    if (ctx['listPrice']) {
      const b5 = block5();
      let txt3 = ctx['price'];
      const b6 = block6([txt3]);
      const b7 = block7();
      let txt4 = ctx['listPrice'];
      const b8 = block8([txt4]);
      b4 = multi([b5, b6, b7, b8]);
    } else {
      let txt5 = ctx['price'];
      b9 = block9([txt5]);
    }
    if (ctx['offer']) {
      let txt6 = ctx['offer'];
      b10 = block10([txt6]);
    }
    if (ctx['store']) {
      let txt7 = ctx['store'];
      b11 = block11([txt7]);
    }
    b12 = callSlot(ctx, node, key, 'default', false, {});
    return block1([attr1, txt2], [b2, b3, b4, b9, b10, b11, b12]);
  }
},
"phone.StoreChoice": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, prepareList, withKey } = helpers;
  // Template name: "phone.StoreChoice"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<p class="muted">${x("Prices and offers are those of the store.")}</p>`);
  let block3 = createBlock(`<div class="field"><label for="store-query">${x("Name or street")}</label><input id="store-query" class="input" type="search" autocomplete="off" block-property-0="value" block-handler-1="input" block-handler-2="change"/></div>`);
  let block4 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block6 = createBlock(`<li><button type="button" class="row" block-handler-0="click"><block-child-0/><span class="grow"><span class="strong"><block-text-1/></span><br/><span class="muted small"><block-text-2/></span></span></button></li>`);
  let block8 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block9 = createBlock(`<p>${x("There is no such store.")}</p>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4, b8, b9;
    b2 = block2();
    if (ctx['isSearchable']) {
      const bExpr1 = ctx['state'];
      const expr1 = 'text';
      let prop1 = bExpr1[expr1];
      let hdlr1 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
      let hdlr2 = [ctx['find'], ctx];
      b3 = block3([prop1, hdlr1, hdlr2]);
    }
    if (ctx['stores'].length) {
      ctx = Object.create(ctx);
      const [k_block5, v_block5, l_block5, c_block5] = prepareList(ctx['stores']);;
      for (let i1 = 0; i1 < l_block5; i1++) {
        ctx[`choice`] = k_block5[i1];
        const key1 = ctx['choice'].store.id;
        const v1 = ctx['props'];
        const v2 = ctx['choice'];
        let hdlr3 = [()=>v1.close(v2.store.id), ctx];
        const b7 = comp1({name: 'store'}, key + `__1__${key1}`, node, this, null);
        let txt1 = ctx['choice'].store.name;
        let txt2 = ctx['details'](ctx['choice']);
        c_block5[i1] = withKey(block6([hdlr3, txt1, txt2], [b7]), key1);
      }
      ctx = ctx.__proto__;
      const b5 = list(c_block5);
      b4 = block4([], [b5]);
    } else if (ctx['found'].isLoading) {
      b8 = block8();
    } else {
      b9 = block9();
    }
    return multi([b2, b3, b4, b8, b9]);
  }
},
"phone.NearPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { capture, prepareList, withKey, isBoundary, withDefault, setContextValue, markRaw } = helpers;
  // Template name: "phone.NearPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Welcome`, true, false, false, []);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`StoreMap`, true, false, false, ["stores","position","selected","onSelect"]);
  const comp5 = app.createComponent(`StoreRow`, true, false, false, ["store","metres"]);
  const comp6 = app.createComponent(`StoreRow`, true, false, false, ["store","metres"]);
  const comp7 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp8 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp9 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp10 = app.createComponent(`Page`, true, true, false, []);
  
  let block1 = createBlock(`<button type="button" class="icon-button" aria-label="${x("Map")}" block-attribute-0="aria-pressed" block-handler-1="click"><block-child-0/></button>`);
  let block5 = createBlock(`<form class="near-search" role="search" block-handler-0="submit.prevent"><input type="search" class="input" aria-label="${x("Name or town")}" placeholder="${x("Name or town")}" enterkeyhint="search" autocomplete="off" block-property-1="value" block-handler-2="input"/></form>`);
  let block6 = createBlock(`<div class="near-chips" role="group" aria-label="${x("Show only")}"><button type="button" class="chip" block-attribute-0="aria-pressed" block-handler-1="click">${x("Open now")}</button><block-child-0/></div>`);
  let block8 = createBlock(`<button type="button" class="chip" block-attribute-0="aria-pressed" block-handler-1="click"><block-text-2/></button>`);
  let block9 = createBlock(`<div class="near-locate" aria-live="polite"><block-child-0/><block-child-1/></div>`);
  let block10 = createBlock(`<p class="muted">${x("Finding out where you are…")}</p>`);
  let block12 = createBlock(`<p class="muted">${x("Your phone could not find out where you are. Stores are listed by name.")}</p>`);
  let block13 = createBlock(`<button type="button" class="button wide" block-handler-0="click"><block-child-0/>${x("Show stores near me")} </button>`);
  let block15 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  let block18 = createBlock(`<div aria-live="polite"><block-child-0/><block-child-1/></div>`);
  let block19 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block21 = createBlock(`<p class="muted small">${x("Tap a pin to see the store.")}</p>`);
  let block23 = createBlock(`<p class="visually-hidden" role="status">${x("Stores:")} <block-text-0/></p>`);
  let block24 = createBlock(`<ul class="list" block-attribute-0="aria-busy"><block-child-0/></ul>`);
  let block27 = createBlock(`<button type="button" class="button wide" block-handler-0="click">${x("Show more stores")}</button>`);
  let block28 = createBlock(`<div class="wait" role="status"><span class="visually-hidden">${x("Loading…")}</span><i/><i/><i/></div>`);
  let block29 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Show all stores")}</button>`);
  let block32 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  
  function slot1(ctx, node, key = "") {
    let attr1 = ctx['state'].isMap?'true':'false';
    const v1 = ctx['this'];
    let hdlr1 = [()=>v1.state.isMap=!v1.state.isMap, ctx];
    const b2 = comp1({name: ctx['state'].isMap?'list':'map'}, key + `__1`, node, this, null);
    return block1([attr1, hdlr1], [b2]);
  }
  
  function slot2(ctx, node, key = "") {
    ctx = Object.create(ctx);
    ctx[isBoundary] = 1
    let b4, b5, b6, b9, b15, b16, b22, b28, b30, b31, b33;
    if (!ctx['state'].isMap) {
      b4 = comp2({}, key + `__2`, node, this, null);
    }
    const v2 = ctx['this'];
    let hdlr2 = ["prevent", ()=>v2.find(), ctx];
    let prop1 = new String((ctx['state'].text) === 0 ? 0 : ((ctx['state'].text) || ""));
    let hdlr3 = [ctx['onText'], ctx];
    b5 = block5([hdlr2, prop1, hdlr3]);
    let attr2 = ctx['state'].isOpen?'true':'false';
    const v3 = ctx['this'];
    let hdlr4 = [()=>v3.toggleOpen(), ctx];
    ctx = Object.create(ctx);
    const [k_block7, v_block7, l_block7, c_block7] = prepareList(ctx['services']);;
    for (let i1 = 0; i1 < l_block7; i1++) {
      ctx[`service`] = k_block7[i1];
      const key1 = ctx['service'].code;
      let attr3 = ctx['state'].services.includes(ctx['service'].code)?'true':'false';
      const v4 = ctx['this'];
      const v5 = ctx['service'];
      let hdlr5 = [()=>v4.toggleService(v5.code), ctx];
      let txt1 = ctx['service'].name;
      c_block7[i1] = withKey(block8([attr3, hdlr5, txt1]), key1);
    }
    ctx = ctx.__proto__;
    const b7 = list(c_block7);
    b6 = block6([attr2, hdlr4], [b7]);
    if (!ctx['geo'].position) {
      let b10, b11;
      if (ctx['geo'].isLooking) {
        b10 = block10();
      } else {
        let b12, b13;
        if (ctx['geo'].hasFailed) {
          b12 = block12();
        }
        const v6 = ctx['this'];
        let hdlr6 = [()=>v6.locate(), ctx];
        const b14 = comp3({name: 'pin'}, key + `__3`, node, this, null);
        b13 = block13([hdlr6], [b14]);
        b11 = multi([b12, b13]);
      }
      b9 = block9([], [b10, b11]);
    }
    if (ctx['found'].message) {
      let txt2 = ctx['found'].message;
      b15 = block15([txt2]);
    }
    setContextValue(ctx, "fitting", ctx['stores']);
    if (ctx['state'].isMap) {
      const v7 = ctx['this'];
      const b17 = comp4({stores: ctx['fitting'],position: ctx['geo'].position,selected: ctx['state'].selected,onSelect: (_id)=>v7.state.selected=_id}, key + `__4`, node, this, null);
      let b19, b21;
      if (ctx['selected']) {
        const b20 = comp5({store: ctx['selected'].store,metres: ctx['selected'].metres}, key + `__5`, node, this, null);
        b19 = block19([], [b20]);
      } else {
        b21 = block21();
      }
      const b18 = block18([], [b19, b21]);
      b16 = multi([b17, b18]);
    } else if (ctx['fitting'].length) {
      let b23, b24, b27;
      let txt3 = ctx['fitting'].length;
      b23 = block23([txt3]);
      let attr4 = ctx['found'].isLoading?'true':undefined;
      ctx = Object.create(ctx);
      const [k_block25, v_block25, l_block25, c_block25] = prepareList(ctx['fitting'].slice(0,ctx['state'].shown));;
      for (let i1 = 0; i1 < l_block25; i1++) {
        ctx[`entry`] = k_block25[i1];
        const key1 = ctx['entry'].store.id;
        c_block25[i1] = withKey(comp6({store: ctx['entry'].store,metres: ctx['entry'].metres}, key + `__6__${key1}`, node, this, null), key1);
      }
      ctx = ctx.__proto__;
      const b25 = list(c_block25);
      b24 = block24([attr4], [b25]);
      if (ctx['fitting'].length>ctx['state'].shown||ctx['found'].next) {
        const v8 = ctx['this'];
        let hdlr7 = [()=>v8.more(), ctx];
        b27 = block27([hdlr7]);
      }
      b22 = multi([b23, b24, b27]);
    } else if (ctx['found'].isLoading||!ctx['found'].isLoaded) {
      b28 = block28();
    } else if (ctx['isFiltered']) {
      const ctx2 = capture(ctx);
      b30 = comp7({icon: 'search',title: `${t("No store found")}`,text: `${t("Try another name or town, or show all stores.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx2}})}, key + `__7`, node, this, null);
    } else if (!ctx['session'].isOnline) {
      b31 = comp8({icon: 'offline',title: `${t("Stores are shown when you are online")}`,text: `${t("This phone has not kept any store yet.")}`}, key + `__8`, node, this, null);
    } else {
      const ctx3 = capture(ctx);
      b33 = comp9({icon: 'store',title: `${t("No stores yet")}`,text: `${t("Please look again later.")}`,slots: markRaw({'default': {__render: slot4.bind(this), __ctx: ctx3}})}, key + `__9`, node, this, null);
    }
    return multi([b4, b5, b6, b9, b15, b16, b22, b28, b30, b31, b33]);
  }
  
  function slot3(ctx, node, key = "") {
    const v9 = ctx['this'];
    let hdlr8 = [()=>v9.clear(), ctx];
    return block29([hdlr8]);
  }
  
  function slot4(ctx, node, key = "") {
    const v10 = ctx['this'];
    let hdlr9 = [()=>v10.find(), ctx];
    return block32([hdlr9]);
  }
  
  return function template(ctx, node, key = "") {
    const ctx1 = capture(ctx);
    return comp10({title: `${t("Near me")}`,slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx1}, 'default': {__render: slot2.bind(this), __ctx: ctx1}})}, key + `__10`, node, this, null);
  }
},
"phone.StoreRow": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { isBoundary, withDefault, setContextValue } = helpers;
  // Template name: "phone.StoreRow"
  const comp1 = app.createComponent(`Thumb`, true, false, false, ["url"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<li><a class="row near-row" block-attribute-0="href"><block-child-0/><span class="grow"><span class="strong near-name"><bdi><block-text-1/></bdi></span><span class="muted small near-name"><bdi><block-text-2/></bdi></span><block-child-1/></span><block-child-2/><block-child-3/></a></li>`);
  let block3 = createBlock(`<span class="small near-name" block-attribute-0="class"><block-text-1/></span>`);
  let block4 = createBlock(`<span class="end number"><block-text-0/></span>`);
  
  return function template(ctx, node, key = "") {
    ctx = Object.create(ctx);
    ctx[isBoundary] = 1
    let b2, b3, b4, b5;
    let attr1 = ctx['env'].router.url('/stores/'+ctx['props'].store.id);
    b2 = comp1({url: ctx['props'].store.image_url}, key + `__1`, node, this, null);
    let txt1 = ctx['props'].store.name;
    let txt2 = ctx['town'];
    setContextValue(ctx, "hours", ctx['opening']);
    if (ctx['hours']) {
      let attr2 = ctx['hours'].kind?ctx['hours'].kind+' strong':'';
      let txt3 = ctx['hours'].text;
      b3 = block3([attr2, txt3]);
    }
    if (ctx['props'].metres!==null) {
      let txt4 = ctx['distance'];
      b4 = block4([txt4]);
    }
    b5 = comp2({name: 'next'}, key + `__2`, node, this, null);
    return block1([attr1, txt1, txt2], [b2, b3, b4, b5]);
  }
},
"phone.StoreMap": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.StoreMap"
  
  let block1 = createBlock(`<div class="near-map-frame"><block-child-0/><block-child-1/></div>`);
  let block2 = createBlock(`<p class="card" role="alert">${x("The map needs the network. The list shows the same stores.")}</p>`);
  let block3 = createBlock(`<div class="near-map" dir="ltr" role="region" aria-label="${x("Map of stores")}" block-ref="0"/>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3;
    if (ctx['state'].hasFailed) {
      b2 = block2();
    }
    if (!ctx['state'].hasFailed) {
      let ref1 = (el) => this.__owl__.setRef((`map`), el);
      b3 = block3([ref1]);
    }
    return block1([], [b2, b3]);
  }
},
"phone.Welcome": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Welcome"
  
  let block2 = createBlock(`<section class="card" aria-labelledby="welcome-title"><h2 id="welcome-title"><block-text-0/></h2><block-child-0/><block-child-1/><div class="line near-welcome"><button type="button" class="button primary grow" block-property-1="disabled" block-handler-2="click">${x("Get your offers")}</button><button type="button" class="link" block-handler-3="click">${x("Not now")}</button></div></section>`);
  let block3 = createBlock(`<p>${x("Agree to be located, and the right offer comes when you are near a store.")}</p>`);
  let block4 = createBlock(`<p>${x("Coupons made for you, prices and your member card, all on your phone.")}</p>`);
  
  return function template(ctx, node, key = "") {
    let b2;
    if (ctx['isShown']) {
      let b3, b4;
      let txt1 = ctx['title'];
      if (ctx['session'].isSignedIn) {
        b3 = block3();
      } else {
        b4 = block4();
      }
      let prop1 = new Boolean(ctx['state'].isBusy);
      const v1 = ctx['this'];
      let hdlr1 = [()=>v1.begin(), ctx];
      const v2 = ctx['this'];
      let hdlr2 = [()=>v2.dismiss(), ctx];
      b2 = block2([txt1, prop1, hdlr1, hdlr2], [b3, b4]);
    }
    return multi([b2]);
  }
},
"phone.ConsentSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.ConsentSheet"
  
  let block2 = createBlock(`<p>${x("You decide, and can change it at any time under Me.")}</p>`);
  let block3 = createBlock(`<ul class="near-consents"><block-child-0/></ul>`);
  let block5 = createBlock(`<li><label class="check"><input type="checkbox" role="switch" class="switch" block-property-0="checked" block-handler-1="change"/><span class="grow"><span class="strong near-name"><block-text-2/></span><span class="small"><block-text-3/></span></span></label></li>`);
  let block6 = createBlock(`<p class="muted small">${x("This app sees where you are only while it is open.")}</p>`);
  let block7 = createBlock(`<div class="buttons"><button type="button" class="button primary" block-handler-0="click">${x("Agree to all")}</button><button type="button" class="button" block-handler-1="click">${x("Only what I switched on")}</button></div>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b6, b7;
    b2 = block2();
    ctx = Object.create(ctx);
    const [k_block4, v_block4, l_block4, c_block4] = prepareList(ctx['props'].consents);;
    for (let i1 = 0; i1 < l_block4; i1++) {
      ctx[`consent`] = k_block4[i1];
      const key1 = ctx['consent'].purpose;
      let prop1 = new Boolean(ctx['state'][ctx['consent'].purpose]);
      const v1 = ctx['this'];
      const v2 = ctx['consent'];
      let hdlr1 = [(_event)=>v1.state[v2.purpose]=_event.target.checked, ctx];
      let txt1 = ctx['name'](ctx['consent']);
      let txt2 = ctx['consent'].text;
      c_block4[i1] = withKey(block5([prop1, hdlr1, txt1, txt2]), key1);
    }
    ctx = ctx.__proto__;
    const b4 = list(c_block4);
    b3 = block3([], [b4]);
    if (ctx['isLocationAsked']) {
      b6 = block6();
    }
    const v3 = ctx['this'];
    let hdlr2 = [()=>v3.agree(), ctx];
    const v4 = ctx['props'];
    const v5 = ctx['this'];
    let hdlr3 = [()=>v4.close({...v5.state}), ctx];
    b7 = block7([hdlr2, hdlr3]);
    return multi([b2, b3, b6, b7]);
  }
},
"phone.StorePage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.StorePage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp7 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  const comp8 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block3 = createBlock(`<img class="store-image" alt="${x("")}" block-attribute-0="src"/>`);
  let block4 = createBlock(`<div class="card"><block-child-0/><address><block-child-1/></address><block-child-2/><div class="near-actions"><a class="button primary" block-attribute-0="href" target="_blank" rel="noopener noreferrer"><block-child-3/>${x("Directions")} </a><block-child-4/><button type="button" class="button" block-attribute-1="aria-pressed" block-handler-2="click"><block-child-5/>${x("My store")} </button><a class="button" block-attribute-3="href">${x("Ask the store")}</a></div></div>`);
  let block5 = createBlock(`<p class="strong" block-attribute-0="class"><block-text-1/></p>`);
  let block7 = createBlock(`<span class="near-name"><bdi><block-text-0/></bdi></span>`);
  let block8 = createBlock(`<p class="muted">${x("Distance:")} <span class="number"><block-text-0/></span></p>`);
  let block10 = createBlock(`<a class="button" block-attribute-0="href"><block-child-0/>${x("Call")} </a>`);
  let block13 = createBlock(`<section aria-labelledby="store-offers"><h2 id="store-offers" class="near-head">${x("Your offers here")}</h2><ul class="list"><block-child-0/></ul></section>`);
  let block15 = createBlock(`<li><a class="row" block-attribute-0="href"><block-child-0/><span class="grow"><bdi><block-text-1/></bdi></span><block-child-1/></a></li>`);
  let block18 = createBlock(`<section class="card" aria-labelledby="store-hours"><h2 id="store-hours">${x("Opening hours")}</h2><block-child-0/><dl class="near-hours"><block-child-1/></dl><block-child-2/></section>`);
  let block19 = createBlock(`<p class="muted small">${x("Times are those of the store's own clock.")}</p>`);
  let block21 = createBlock(`<div block-attribute-0="class"><dt><block-text-1/>${x(" ")}<block-child-0/></dt><dd class="number"><block-child-1/></dd></div>`);
  let block22 = createBlock(`<span class="tag warning"><block-text-0/></span>`);
  let block24 = createBlock(`<span class="near-name"><block-text-0/></span>`);
  let block26 = createBlock(`<h3>${x("Other hours soon")}</h3>`);
  let block27 = createBlock(`<dl class="near-hours"><block-child-0/></dl>`);
  let block29 = createBlock(`<div><dt><block-text-0/>${x(" ")}<span class="tag warning"><block-text-1/></span></dt><dd class="number"><block-child-0/></dd></div>`);
  let block31 = createBlock(`<span class="near-name"><block-text-0/></span>`);
  let block32 = createBlock(`<section class="card" aria-labelledby="store-services"><h2 id="store-services">${x("What you find here")}</h2><ul class="chips"><block-child-0/></ul></section>`);
  let block34 = createBlock(`<li class="tag"><block-text-0/></li>`);
  let block35 = createBlock(`<a class="button" block-attribute-0="href">${x("Show all stores")}</a>`);
  let block37 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block39 = createBlock(`<div class="wait" role="status"><span class="visually-hidden">${x("Loading…")}</span><i/><i/></div>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b36, b38, b39;
    if (ctx['store']) {
      let b3, b4, b13, b18, b32;
      if (ctx['store'].image_url) {
        let attr1 = ctx['store'].image_url;
        b3 = block3([attr1]);
      }
      let b5, b6, b8, b9, b10, b12;
      if (ctx['opening']) {
        let attr2 = ctx['opening'].kind||'muted';
        let txt1 = ctx['opening'].text;
        b5 = block5([attr2, txt1]);
      }
      ctx = Object.create(ctx);
      const [k_block6, v_block6, l_block6, c_block6] = prepareList(ctx['lines']);;
      for (let i1 = 0; i1 < l_block6; i1++) {
        ctx[`part`] = k_block6[i1];
        ctx[`part_index`] = i1;
        const key1 = ctx['part_index'];
        let txt2 = ctx['part'];
        c_block6[i1] = withKey(block7([txt2]), key1);
      }
      ctx = ctx.__proto__;
      b6 = list(c_block6);
      if (ctx['distance']) {
        let txt3 = ctx['distance'];
        b8 = block8([txt3]);
      }
      let attr3 = ctx['directions'];
      b9 = comp1({name: 'route'}, key + `__1`, node, this, null);
      if (ctx['store'].phone) {
        let attr4 = ctx['call'];
        const b11 = comp2({name: 'phone'}, key + `__2`, node, this, null);
        b10 = block10([attr4], [b11]);
      }
      let attr5 = ctx['isMine']?'true':'false';
      const v1 = ctx['this'];
      let hdlr1 = [()=>v1.toggleMine(), ctx];
      b12 = comp3({name: ctx['isMine']?'check':'heart'}, key + `__3`, node, this, null);
      let attr6 = ctx['env'].router.url('/ask?store='+ctx['store'].id);
      b4 = block4([attr3, attr5, hdlr1, attr6], [b5, b6, b8, b9, b10, b12]);
      if (ctx['offers'].length) {
        ctx = Object.create(ctx);
        const [k_block14, v_block14, l_block14, c_block14] = prepareList(ctx['offers']);;
        for (let i1 = 0; i1 < l_block14; i1++) {
          ctx[`offer`] = k_block14[i1];
          const key1 = ctx['offer'].id;
          let attr7 = ctx['env'].router.url('/offers/'+ctx['offer'].id);
          const b16 = comp4({name: 'offer'}, key + `__4__${key1}`, node, this, null);
          let txt4 = ctx['offer'].title;
          const b17 = comp5({name: 'next'}, key + `__5__${key1}`, node, this, null);
          c_block14[i1] = withKey(block15([attr7, txt4], [b16, b17]), key1);
        }
        ctx = ctx.__proto__;
        const b14 = list(c_block14);
        b13 = block13([], [b14]);
      }
      if (ctx['hasHours']) {
        let b19, b20, b25;
        if (ctx['isElsewhere']) {
          b19 = block19();
        }
        ctx = Object.create(ctx);
        const [k_block20, v_block20, l_block20, c_block20] = prepareList(ctx['days']);;
        for (let i1 = 0; i1 < l_block20; i1++) {
          ctx[`entry`] = k_block20[i1];
          ctx[`entry_first`] = i1 === 0;
          const key1 = ctx['entry'].date;
          let b22, b23;
          let attr8 = ctx['entry_first']?'strong':'';
          let txt5 = ctx['entry'].label;
          if (ctx['entry'].name) {
            let txt6 = ctx['entry'].name;
            b22 = block22([txt6]);
          }
          ctx = Object.create(ctx);
          const [k_block23, v_block23, l_block23, c_block23] = prepareList(ctx['entry'].spans);;
          for (let i2 = 0; i2 < l_block23; i2++) {
            ctx[`span`] = k_block23[i2];
            ctx[`span_index`] = i2;
            const key2 = ctx['span_index'];
            let txt7 = ctx['span'];
            c_block23[i2] = withKey(block24([txt7]), key2);
          }
          ctx = ctx.__proto__;
          b23 = list(c_block23);
          c_block20[i1] = withKey(block21([attr8, txt5], [b22, b23]), key1);
        }
        ctx = ctx.__proto__;
        b20 = list(c_block20);
        if (ctx['laterDays'].length) {
          const b26 = block26();
          ctx = Object.create(ctx);
          const [k_block28, v_block28, l_block28, c_block28] = prepareList(ctx['laterDays']);;
          for (let i1 = 0; i1 < l_block28; i1++) {
            ctx[`entry`] = k_block28[i1];
            const key1 = ctx['entry'].at;
            let txt8 = ctx['entry'].label;
            let txt9 = ctx['entry'].name;
            ctx = Object.create(ctx);
            const [k_block30, v_block30, l_block30, c_block30] = prepareList(ctx['entry'].spans);;
            for (let i2 = 0; i2 < l_block30; i2++) {
              ctx[`span`] = k_block30[i2];
              ctx[`span_index`] = i2;
              const key2 = ctx['span_index'];
              let txt10 = ctx['span'];
              c_block30[i2] = withKey(block31([txt10]), key2);
            }
            ctx = ctx.__proto__;
            const b30 = list(c_block30);
            c_block28[i1] = withKey(block29([txt8, txt9], [b30]), key1);
          }
          ctx = ctx.__proto__;
          const b28 = list(c_block28);
          const b27 = block27([], [b28]);
          b25 = multi([b26, b27]);
        }
        b18 = block18([], [b19, b20, b25]);
      }
      if (ctx['store'].services.length) {
        ctx = Object.create(ctx);
        const [k_block33, v_block33, l_block33, c_block33] = prepareList(ctx['store'].services);;
        for (let i1 = 0; i1 < l_block33; i1++) {
          ctx[`service`] = k_block33[i1];
          const key1 = ctx['service'].code;
          let txt11 = ctx['service'].name;
          c_block33[i1] = withKey(block34([txt11]), key1);
        }
        ctx = ctx.__proto__;
        const b33 = list(c_block33);
        b32 = block32([], [b33]);
      }
      b2 = multi([b3, b4, b13, b18, b32]);
    } else if (ctx['state'].problem==='gone') {
      b36 = comp6({icon: 'store',title: `${t("This store is not here any more")}`,text: `${t("It may have closed or moved.")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__6`, node, this, null);
    } else if (ctx['state'].problem) {
      b38 = comp7({icon: 'offline',title: `${t("This store can't be shown now")}`,text: ctx['state'].problem==='offline'?undefined:ctx['state'].problem,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__7`, node, this, null);
    } else {
      b39 = block39();
    }
    return multi([b2, b36, b38, b39]);
  }
  
  function slot2(ctx, node, key = "") {
    let attr9 = ctx['env'].router.url('/near');
    return block35([attr9]);
  }
  
  function slot3(ctx, node, key = "") {
    const v2 = ctx['this'];
    let hdlr2 = [()=>v2.find(), ctx];
    return block37([hdlr2]);
  }
  
  return function template(ctx, node, key = "") {
    return comp8({title: ctx['title'],back: '/near',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__8`, node, this, null);
  }
},
"phone.OffersPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw, prepareList, withKey } = helpers;
  // Template name: "phone.OffersPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp3 = app.createComponent(`OfferRow`, true, false, false, ["offer","now"]);
  const comp4 = app.createComponent(`OfferRow`, true, false, false, ["offer","now"]);
  const comp5 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp6 = app.createComponent(`Invitations`, true, false, false, []);
  const comp7 = app.createComponent(`OfferRow`, true, false, false, ["offer","now"]);
  const comp8 = app.createComponent(`Page`, true, true, false, []);
  
  let block1 = createBlock(`<a class="icon-button" block-attribute-0="href" aria-label="${x("Enter a code")}"><block-child-0/></a>`);
  let block5 = createBlock(`<button type="button" class="button primary" block-handler-0="click">${x("Sign in")}</button>`);
  let block6 = createBlock(`<a class="link" block-attribute-0="href">${x("I have a code")}</a>`);
  let block9 = createBlock(`<section aria-labelledby="offers-reserved" class="offer-list"><h2 id="offers-reserved">${x("Being used")}</h2><block-child-0/></section>`);
  let block12 = createBlock(`<section aria-labelledby="offers-usable" class="offer-list"><h2 id="offers-usable">${x("Ready to use")}</h2><block-child-0/></section>`);
  let block15 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block17 = createBlock(`<a class="button" block-attribute-0="href">${x("I have a code")}</a>`);
  let block18 = createBlock(`<a class="link" block-attribute-0="href">${x("See what we picked for you")}</a>`);
  let block20 = createBlock(`<div role="status" class="line spread"><p class="muted small"><block-text-0/></p><button type="button" class="link" block-handler-1="click">${x("Try again")}</button></div>`);
  let block22 = createBlock(`<details class="fold" block-handler-0="toggle"><summary>${x("Used and ended")}</summary><block-child-0/><block-child-1/><block-child-2/></details>`);
  let block23 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block24 = createBlock(`<p role="status" class="muted"><block-text-0/></p>`);
  let block25 = createBlock(`<div class="offer-list"><block-child-0/><block-child-1/></div>`);
  let block28 = createBlock(`<p class="muted">${x("None yet.")}</p>`);
  
  function slot1(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/claim');
    const b2 = comp1({name: 'plus'}, key + `__1`, node, this, null);
    return block1([attr1], [b2]);
  }
  
  function slot2(ctx, node, key = "") {
    let b7, b8;
    if (!ctx['session'].isSignedIn) {
      b7 = comp2({icon: 'offer',title: `${t("Your coupons, always at hand")}`,text: `${t("Sign in to see them. Each store takes them from this screen.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    } else {
      let b9, b12, b15, b19, b20, b21, b22;
      if (ctx['of']('reserved').length) {
        ctx = Object.create(ctx);
        const [k_block10, v_block10, l_block10, c_block10] = prepareList(ctx['of']('reserved'));;
        for (let i1 = 0; i1 < l_block10; i1++) {
          ctx[`offer`] = k_block10[i1];
          const key1 = ctx['offer'].id;
          c_block10[i1] = withKey(comp3({offer: ctx['offer'],now: ctx['clock'].now}, key + `__3__${key1}`, node, this, null), key1);
        }
        ctx = ctx.__proto__;
        const b10 = list(c_block10);
        b9 = block9([], [b10]);
      }
      if (ctx['usable'].length) {
        ctx = Object.create(ctx);
        const [k_block13, v_block13, l_block13, c_block13] = prepareList(ctx['usable']);;
        for (let i1 = 0; i1 < l_block13; i1++) {
          ctx[`offer`] = k_block13[i1];
          const key1 = ctx['offer'].id;
          c_block13[i1] = withKey(comp4({offer: ctx['offer'],now: ctx['clock'].now}, key + `__4__${key1}`, node, this, null), key1);
        }
        ctx = ctx.__proto__;
        const b13 = list(c_block13);
        b12 = block12([], [b13]);
      } else if (ctx['state'].isLoading) {
        b15 = block15();
      } else if (!ctx['of']('reserved').length) {
        b19 = comp5({icon: 'offer',title: `${t("No coupons right now")}`,text: `${t("When there is one for you, it appears here by itself.")}`,slots: markRaw({'default': {__render: slot4.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
      }
      if (ctx['state'].trouble) {
        let txt1 = ctx['state'].trouble;
        let hdlr2 = [ctx['refresh'], ctx];
        b20 = block20([txt1, hdlr2]);
      }
      b21 = comp6({}, key + `__6`, node, this, null);
      let b23, b24, b25;
      let hdlr3 = [ctx['onFold'], ctx];
      if (ctx['state'].isPastLoading) {
        b23 = block23();
      } else if (ctx['state'].pastTrouble) {
        let txt2 = ctx['state'].pastTrouble;
        b24 = block24([txt2]);
      } else if (ctx['state'].past) {
        let b26, b28;
        ctx = Object.create(ctx);
        const [k_block26, v_block26, l_block26, c_block26] = prepareList(ctx['state'].past);;
        for (let i1 = 0; i1 < l_block26; i1++) {
          ctx[`offer`] = k_block26[i1];
          const key1 = ctx['offer'].id;
          c_block26[i1] = withKey(comp7({offer: ctx['offer'],now: ctx['clock'].now}, key + `__7__${key1}`, node, this, null), key1);
        }
        ctx = ctx.__proto__;
        b26 = list(c_block26);
        if (!ctx['state'].past.length) {
          b28 = block28();
        }
        b25 = block25([], [b26, b28]);
      }
      b22 = block22([hdlr3], [b23, b24, b25]);
      b8 = multi([b9, b12, b15, b19, b20, b21, b22]);
    }
    return multi([b7, b8]);
  }
  
  function slot3(ctx, node, key = "") {
    let hdlr1 = [ctx['signIn'], ctx];
    const b5 = block5([hdlr1]);
    let attr2 = ctx['env'].router.url('/claim');
    const b6 = block6([attr2]);
    return multi([b5, b6]);
  }
  
  function slot4(ctx, node, key = "") {
    let attr3 = ctx['env'].router.url('/claim');
    const b17 = block17([attr3]);
    let attr4 = ctx['env'].router.url('/for-you');
    const b18 = block18([attr4]);
    return multi([b17, b18]);
  }
  
  return function template(ctx, node, key = "") {
    return comp8({title: `${t("Offers")}`,slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx}, 'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__8`, node, this, null);
  }
},
"phone.OfferRow": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.OfferRow"
  
  let block1 = createBlock(`<a class="card offer-row" block-attribute-0="class" block-attribute-1="href"><block-child-0/><span class="offer-worth"><block-text-2/></span><h3><block-text-3/></h3><p class="small muted"><block-text-4/></p><p class="chips"><block-child-1/><block-child-2/><block-child-3/></p></a>`);
  let block2 = createBlock(`<img block-attribute-0="src" alt="${x("")}" loading="lazy"/>`);
  let block3 = createBlock(`<span class="tag warning">${x("Being used at a till")}</span>`);
  let block4 = createBlock(`<span class="tag success">${x("Redeemed")}</span>`);
  let block5 = createBlock(`<span class="tag number" block-attribute-0="class"><block-text-1/></span>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4, b5;
    let attr1 = {over:['redeemed','expired'].includes(ctx['status'])};
    let attr2 = ctx['env'].router.url('/offers/'+ctx['props'].offer.id);
    if (ctx['props'].offer.image_url) {
      let attr3 = ctx['props'].offer.image_url;
      b2 = block2([attr3]);
    }
    let txt1 = ctx['worth'];
    let txt2 = ctx['props'].offer.title;
    let txt3 = ctx['where'];
    if (ctx['status']==='reserved') {
      b3 = block3();
    } else if (ctx['status']==='redeemed') {
      b4 = block4();
    }
    if (ctx['remaining']) {
      let attr4 = {warning:ctx['isUrgent']};
      let txt4 = ctx['remaining'];
      b5 = block5([attr4, txt4]);
    }
    return block1([attr1, attr2, txt1, txt2, txt3], [b2, b3, b4, b5]);
  }
},
"phone.OfferPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw, prepareList, withKey } = helpers;
  // Template name: "phone.OfferPage"
  const comp1 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp2 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp7 = app.createComponent(`Code`, true, false, false, ["format","value","label"]);
  const comp8 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp9 = app.createComponent(`PassButton`, true, false, false, ["path"]);
  const comp10 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp11 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block2 = createBlock(`<a class="button" block-attribute-0="href">${x("See your coupons")}</a>`);
  let block4 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block6 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block8 = createBlock(`<div role="status" class="offer-status"><block-child-0/><block-child-1/><block-child-2/><block-child-3/></div>`);
  let block9 = createBlock(`<div class="card offer-done" block-attribute-0="class"><block-child-0/><p class="offer-done-title strong"><block-child-1/><block-child-2/></p><block-child-3/></div>`);
  let block13 = createBlock(`<p class="muted"><block-text-0/></p>`);
  let block14 = createBlock(`<p class="card line"><block-child-0/><span class="grow">${x("Being used at a till right now.")}</span></p>`);
  let block16 = createBlock(`<p class="card line"><block-child-0/><span class="grow">${x("This coupon has ended.")}</span></p>`);
  let block18 = createBlock(`<p class="card line"><block-child-0/><span class="grow">${x("This coupon does not count yet.")}</span></p>`);
  let block20 = createBlock(`<section class="card offer-main" aria-label="${x("Coupon")}"><div class="line spread"><p class="offer-worth"><block-text-0/></p><block-child-0/></div><block-child-1/></section>`);
  let block21 = createBlock(`<p class="tag number" block-attribute-0="class"><block-text-1/></p>`);
  let block24 = createBlock(`<p class="code-typed"><block-text-0/></p>`);
  let block25 = createBlock(`<div class="chips offer-formats" role="group" aria-label="${x("Kind of code")}"><button type="button" class="chip" block-attribute-0="aria-pressed" block-handler-1="click">${x("QR code")}</button><button type="button" class="chip" block-attribute-2="aria-pressed" block-handler-3="click">${x("Barcode")}</button></div>`);
  let block26 = createBlock(`<p class="small muted offer-hint">${x("Show this at the till, or say the code.")}</p>`);
  let block27 = createBlock(`<div class="buttons"><block-child-0/><block-child-1/></div>`);
  let block28 = createBlock(`<a class="button primary" block-attribute-0="href"><block-child-0/><span>${x("Use it in the basket")}</span></a>`);
  let block31 = createBlock(`<img class="offer-picture" block-attribute-0="src" alt="${x("")}"/>`);
  let block32 = createBlock(`<p><block-text-0/></p>`);
  let block33 = createBlock(`<section class="card" aria-labelledby="offer-where"><h2 id="offer-where">${x("Where it counts")}</h2><block-child-0/><block-child-1/><block-child-2/><ul class="chips"><block-child-3/></ul></section>`);
  let block34 = createBlock(`<p>${x("In all our stores.")}</p>`);
  let block35 = createBlock(`<ul><block-child-0/></ul>`);
  let block37 = createBlock(`<li><a class="line spread offer-store" block-attribute-0="href"><span class="grow"><block-text-1/></span><span class="muted small number"><block-text-2/></span><block-child-0/></a></li>`);
  let block39 = createBlock(`<p class="muted"><block-child-0/><block-child-1/></p>`);
  let block40 = createBlock(`<button type="button" class="link" block-handler-0="click">${x("Show all stores")}</button>`);
  let block43 = createBlock(`<li class="tag"><block-text-0/></li>`);
  let block44 = createBlock(`<section class="card" aria-labelledby="offer-when"><h2 id="offer-when">${x("When it counts")}</h2><dl class="facts"><block-child-0/><dt>${x("Until")}</dt><block-child-1/><block-child-2/></dl></section>`);
  let block46 = createBlock(`<dt>${x("From")}</dt>`);
  let block47 = createBlock(`<dd><block-text-0/></dd>`);
  let block48 = createBlock(`<dd><block-text-0/></dd>`);
  let block49 = createBlock(`<dd>${x("It has no end.")}</dd>`);
  let block50 = createBlock(`<details class="fold" open="open"><summary>${x("Terms")}</summary><p class="terms"><block-text-0/></p></details>`);
  let block51 = createBlock(`<details class="fold offer-history"><summary>${x("What happened to it")}</summary><ul class="offer-history"><block-child-0/></ul></details>`);
  let block53 = createBlock(`<li><span class="strong"><block-text-0/></span><block-child-0/><span class="muted small"><block-text-1/></span></li>`);
  let block54 = createBlock(`<span><block-text-0/></span>`);
  
  function slot1(ctx, node, key = "") {
    let b3, b5, b6, b7;
    if (ctx['state'].isMissing) {
      b3 = comp1({icon: 'offer',title: `${t("This coupon is not here")}`,text: `${t("It may have been taken back, or it is another customer's.")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
    } else if (!ctx['offer']&&ctx['state'].isUnreachable) {
      b5 = comp2({icon: 'offline',title: `${t("There is no connection right now")}`,text: `${t("This coupon is not kept on this phone yet. It comes as soon as you are online.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    } else if (!ctx['offer']) {
      b6 = block6();
    } else {
      let b8, b20, b27, b31, b32, b33, b44, b50, b51;
      let b9, b14, b16, b18;
      if (ctx['status']==='redeemed') {
        let b10, b11, b12, b13;
        let attr2 = {joyful:ctx['state'].isJoyful};
        b10 = comp3({name: 'check'}, key + `__3`, node, this, null);
        if (ctx['state'].isJoyful) {
          b11 = text(`${t("Redeemed. Enjoy it!")}`);
        } else {
          b12 = text(`${t("Redeemed")}`);
        }
        if (ctx['redemption']&&ctx['redemption'].where) {
          let txt1 = ctx['redemption'].where;
          b13 = block13([txt1]);
        }
        b9 = block9([attr2], [b10, b11, b12, b13]);
      } else if (ctx['status']==='reserved') {
        const b15 = comp4({name: 'clock'}, key + `__4`, node, this, null);
        b14 = block14([], [b15]);
      } else if (ctx['status']==='expired') {
        const b17 = comp5({name: 'clock'}, key + `__5`, node, this, null);
        b16 = block16([], [b17]);
      } else if (ctx['status']==='later') {
        const b19 = comp6({name: 'clock'}, key + `__6`, node, this, null);
        b18 = block18([], [b19]);
      }
      b8 = block8([], [b9, b14, b16, b18]);
      let b21, b22;
      let txt2 = ctx['worth'];
      if (ctx['remaining']) {
        let attr3 = {warning:ctx['isUrgent']};
        let txt3 = ctx['remaining'];
        b21 = block21([attr3, txt3]);
      }
      if (ctx['isUsable']) {
        const b23 = comp7({format: ctx['state'].format,value: ctx['code'],label: ctx['codeLabel']}, key + `__7`, node, this, null);
        let txt4 = ctx['offer'].code;
        const b24 = block24([txt4]);
        let attr4 = ctx['state'].format==='qr'?'true':'false';
        const v1 = ctx['state'];
        let hdlr2 = [()=>v1.format='qr', ctx];
        let attr5 = ctx['state'].format==='code128'?'true':'false';
        const v2 = ctx['state'];
        let hdlr3 = [()=>v2.format='code128', ctx];
        const b25 = block25([attr4, hdlr2, attr5, hdlr3]);
        const b26 = block26();
        b22 = multi([b23, b24, b25, b26]);
      }
      b20 = block20([txt2], [b21, b22]);
      if (ctx['isUsable']) {
        let b28, b30;
        if (ctx['isForBasket']) {
          let attr6 = ctx['env'].router.url('/basket?offer='+ctx['offer'].id);
          const b29 = comp8({name: 'basket'}, key + `__8`, node, this, null);
          b28 = block28([attr6], [b29]);
        }
        if (ctx['status']==='available') {
          b30 = comp9({path: '/offers/'+ctx['offer'].id}, key + `__9`, node, this, null);
        }
        b27 = block27([], [b28, b30]);
      }
      if (ctx['offer'].image_url) {
        let attr7 = ctx['offer'].image_url;
        b31 = block31([attr7]);
      }
      if (ctx['offer'].description) {
        let txt5 = ctx['offer'].description;
        b32 = block32([txt5]);
      }
      let b34, b35, b39, b42;
      if (!ctx['offer'].store_ids.length) {
        b34 = block34();
      } else {
        ctx = Object.create(ctx);
        const [k_block36, v_block36, l_block36, c_block36] = prepareList(ctx['stores']);;
        for (let i1 = 0; i1 < l_block36; i1++) {
          ctx[`store`] = k_block36[i1];
          const key1 = ctx['store'].id;
          let attr8 = ctx['env'].router.url('/stores/'+ctx['store'].id);
          let txt6 = ctx['store'].name;
          let txt7 = ctx['store'].distance;
          const b38 = comp10({name: 'next'}, key + `__10__${key1}`, node, this, null);
          c_block36[i1] = withKey(block37([attr8, txt6, txt7], [b38]), key1);
        }
        ctx = ctx.__proto__;
        const b36 = list(c_block36);
        b35 = block35([], [b36]);
      }
      if (ctx['moreStores']>0) {
        let b40, b41;
        if (!ctx['state'].areAll&&ctx['stores'].length) {
          const v3 = ctx['state'];
          let hdlr4 = [()=>v3.areAll=true, ctx];
          b40 = block40([hdlr4]);
        } else {
          b41 = text(`${t("It counts in stores that are further away, too.")}`);
        }
        b39 = block39([], [b40, b41]);
      }
      ctx = Object.create(ctx);
      const [k_block42, v_block42, l_block42, c_block42] = prepareList(ctx['channels']);;
      for (let i1 = 0; i1 < l_block42; i1++) {
        ctx[`channel`] = k_block42[i1];
        const key1 = ctx['channel'];
        let txt8 = ctx['channel'];
        c_block42[i1] = withKey(block43([txt8]), key1);
      }
      ctx = ctx.__proto__;
      b42 = list(c_block42);
      b33 = block33([], [b34, b35, b39, b42]);
      let b45, b48, b49;
      if (ctx['validFrom']) {
        const b46 = block46();
        let txt9 = ctx['validFrom'];
        const b47 = block47([txt9]);
        b45 = multi([b46, b47]);
      }
      if (ctx['expiresAt']) {
        let txt10 = ctx['expiresAt'];
        b48 = block48([txt10]);
      } else {
        b49 = block49();
      }
      b44 = block44([], [b45, b48, b49]);
      if (ctx['offer'].terms) {
        let txt11 = ctx['offer'].terms;
        b50 = block50([txt11]);
      }
      if (ctx['offer'].history&&ctx['offer'].history.length) {
        ctx = Object.create(ctx);
        const [k_block52, v_block52, l_block52, c_block52] = prepareList(ctx['offer'].history);;
        for (let i1 = 0; i1 < l_block52; i1++) {
          ctx[`step`] = k_block52[i1];
          ctx[`step_index`] = i1;
          const key1 = ctx['step_index'];
          let b54;
          let txt12 = ctx['step'].text;
          if (ctx['step'].where) {
            let txt13 = ctx['step'].where;
            b54 = block54([txt13]);
          }
          let txt14 = ctx['when'](ctx['step'].at);
          c_block52[i1] = withKey(block53([txt12, txt14], [b54]), key1);
        }
        ctx = ctx.__proto__;
        const b52 = list(c_block52);
        b51 = block51([], [b52]);
      }
      b7 = multi([b8, b20, b27, b31, b32, b33, b44, b50, b51]);
    }
    return multi([b3, b5, b6, b7]);
  }
  
  function slot2(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/offers');
    return block2([attr1]);
  }
  
  function slot3(ctx, node, key = "") {
    let hdlr1 = [ctx['look'], ctx];
    return block4([hdlr1]);
  }
  
  return function template(ctx, node, key = "") {
    return comp11({title: ctx['offer']?ctx['offer'].title:ctx['env'].config.name,back: '/offers',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__11`, node, this, null);
  }
},
"phone.PassButton": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.PassButton"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<button type="button" class="button" block-property-0="disabled" block-handler-1="click"><block-child-0/><block-child-1/><block-child-2/></button>`);
  let block4 = createBlock(`<span>${x("Add to Apple Wallet")}</span>`);
  let block5 = createBlock(`<span>${x("Add to Google Wallet")}</span>`);
  
  return function template(ctx, node, key = "") {
    let b2;
    if (ctx['state'].isThere) {
      let b3, b4, b5;
      let prop1 = new Boolean(ctx['state'].isBusy);
      let hdlr1 = [ctx['add'], ctx];
      b3 = comp1({name: 'card'}, key + `__1`, node, this, null);
      if (ctx['wallet']==='apple') {
        b4 = block4();
      } else {
        b5 = block5();
      }
      b2 = block2([prop1, hdlr1], [b3, b4, b5]);
    }
    return multi([b2]);
  }
},
"phone.ClaimPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, markRaw } = helpers;
  // Template name: "phone.ClaimPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block1 = createBlock(`<form class="card claim" block-handler-0="submit.prevent"><p>${x("The code of a flyer, a receipt or a friend becomes a coupon of yours.")}</p><div class="field"><label for="claim-code">${x("Code")}</label><input id="claim-code" class="input claim-code" autocapitalize="characters" autocomplete="off" autocorrect="off" spellcheck="false" enterkeyhint="done" dir="ltr" block-attribute-1="maxlength" block-attribute-2="aria-invalid" aria-describedby="claim-trouble" block-property-3="value" block-handler-4="input"/><p id="claim-trouble" class="danger" role="alert"><block-text-5/></p></div><button type="submit" class="button primary wide" block-property-6="disabled"><block-child-0/><block-child-1/><block-child-2/></button><a class="button wide" block-attribute-7="href"><block-child-3/><span>${x("Scan the code")}</span></a></form>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b3, b4, b5;
    let hdlr1 = ["prevent", ctx['submit'], ctx];
    let attr1 = ctx['longest'];
    let attr2 = ctx['state'].trouble?'true':undefined;
    const bExpr1 = ctx['state'];
    const expr1 = 'code';
    let prop1 = bExpr1[expr1];
    let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    let txt1 = ctx['state'].trouble;
    let prop2 = new Boolean(ctx['state'].isBusy);
    if (ctx['state'].isBusy) {
      b2 = text(`${t("One moment…")}`);
    } else if (ctx['session'].isSignedIn) {
      b3 = text(`${t("Add to my coupons")}`);
    } else {
      b4 = text(`${t("Sign in and add it")}`);
    }
    let attr3 = ctx['env'].router.url('/scan?for=claim');
    b5 = comp1({name: 'scan'}, key + `__1`, node, this, null);
    return block1([hdlr1, attr1, attr2, prop1, hdlr2, txt1, prop2, attr3], [b2, b3, b4, b5]);
  }
  
  return function template(ctx, node, key = "") {
    return comp2({title: `${t("Enter a code")}`,back: '/offers',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
},
"phone.SignInFirst": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.SignInFirst"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block1 = createBlock(`<section class="card sign-in-first"><h2>${x("Sign in to see this page")}</h2><ul class="reasons"><block-child-0/></ul><button type="button" class="button primary wide" block-handler-0="click">${x("Sign in")}</button><p class="muted small">${x("New here? You sign in the same way. It takes a minute and no password.")}</p></section>`);
  let block3 = createBlock(`<li class="line"><block-child-0/><span><block-text-0/></span></li>`);
  
  function slot1(ctx, node, key = "") {
    ctx = Object.create(ctx);
    const [k_block2, v_block2, l_block2, c_block2] = prepareList(ctx['reasons']);;
    for (let i1 = 0; i1 < l_block2; i1++) {
      ctx[`reason`] = k_block2[i1];
      const key1 = ctx['reason'][0];
      const b4 = comp1({name: ctx['reason'][0]}, key + `__1__${key1}`, node, this, null);
      let txt1 = ctx['reason'][1];
      c_block2[i1] = withKey(block3([txt1], [b4]), key1);
    }
    ctx = ctx.__proto__;
    const b2 = list(c_block2);
    const v1 = ctx['this'];
    let hdlr1 = [()=>v1.env.session.need(), ctx];
    return block1([hdlr1], [b2]);
  }
  
  return function template(ctx, node, key = "") {
    return comp2({title: ctx['env'].config.name,back: ctx['back'],slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
},
"phone.SignInSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber } = helpers;
  // Template name: "phone.SignInSheet"
  
  let block2 = createBlock(`<form class="sheet-form" novalidate="novalidate" block-handler-0="submit.prevent"><block-child-0/><block-child-1/><div class="field"><label for="sign-in-address">${x("Phone number or email")}</label><input id="sign-in-address" class="input" type="text" autofocus="autofocus" dir="ltr" autocapitalize="off" spellcheck="false" block-attribute-1="inputmode" maxlength="254" block-attribute-2="autocomplete" required="required" block-attribute-3="aria-invalid" aria-describedby="sign-in-problem" block-property-4="value" block-handler-5="input" block-ref="6"/></div><p id="sign-in-problem" class="danger" role="alert"><block-text-7/></p><button class="button primary wide" block-property-8="disabled">${x("Send me a code")}</button><div class="line spread wrap"><button type="button" class="link" block-handler-9="click"><block-child-2/><block-child-3/></button><block-child-4/></div><p class="muted small"> ${x("We use it to recognise you. You get offers only if you agree to them, and you can delete your account at\n                any time.")} </p></form>`);
  let block3 = createBlock(`<p><block-text-0/></p>`);
  let block4 = createBlock(`<p class="card small"> ${x("An account was deleted on this phone. Signing in to it again before the day it is due keeps it:")} <b><block-text-0/></b></p>`);
  let block7 = createBlock(`<button type="button" class="link" block-property-0="disabled" block-handler-1="click"> ${x("Use a passkey")} </button>`);
  let block8 = createBlock(`<form class="sheet-form" novalidate="novalidate" block-handler-0="submit.prevent"><p role="status">${x("We have sent a code with 6 digits to")} <b dir="ltr"><block-text-1/></b></p><div class="field"><label for="sign-in-code">${x("Code")}</label><input id="sign-in-code" class="input code-field number" type="text" dir="ltr" maxlength="20" inputmode="numeric" autocomplete="one-time-code" block-property-2="value" required="required" block-property-3="readOnly" block-attribute-4="aria-invalid" aria-describedby="sign-in-problem" block-handler-5="input" block-ref="6"/></div><p id="sign-in-problem" class="danger" role="alert"><block-text-7/></p><button class="button primary wide" block-property-8="disabled">${x("Sign in")}</button><div class="line spread wrap"><button type="button" class="link" block-handler-9="click">${x("Change the address")}</button><block-child-0/><block-child-1/></div></form>`);
  let block9 = createBlock(`<span class="muted small number">${x("New code in")} <block-text-0/></span>`);
  let block10 = createBlock(`<button type="button" class="link" block-property-0="disabled" block-handler-1="click">${x("Send a new code")}</button>`);
  
  return function template(ctx, node, key = "") {
    let b2, b8;
    if (ctx['state'].step==='address') {
      let b3, b4, b5, b6, b7;
      let hdlr1 = ["prevent", ctx['sendCode'], ctx];
      if (ctx['props'].reason) {
        let txt1 = ctx['props'].reason;
        b3 = block3([txt1]);
      }
      if (ctx['state'].leaving) {
        let txt2 = ctx['env'].texts.moment(ctx['state'].leaving.due_at);
        b4 = block4([txt2]);
      }
      let attr1 = ctx['state'].isEmail?'email':'tel';
      let attr2 = ctx['state'].isEmail?'email':'tel';
      let attr3 = ctx['state'].problem?'true':'false';
      const bExpr1 = ctx['state'];
      const expr1 = 'address';
      let prop1 = bExpr1[expr1];
      let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
      let ref1 = (el) => this.__owl__.setRef((`field`), el);
      let txt3 = ctx['state'].problem;
      let prop2 = new Boolean(ctx['state'].isBusy);
      const v1 = ctx['state'];
      let hdlr3 = [()=>v1.isEmail=!v1.isEmail, ctx];
      if (ctx['state'].isEmail) {
        b5 = text(`${t("Use a phone number")}`);
      } else {
        b6 = text(`${t("Use an email address")}`);
      }
      if (ctx['hasPasskeys']) {
        let prop3 = new Boolean(ctx['state'].isBusy);
        let hdlr4 = [ctx['usePasskey'], ctx];
        b7 = block7([prop3, hdlr4]);
      }
      b2 = block2([hdlr1, attr1, attr2, attr3, prop1, hdlr2, ref1, txt3, prop2, hdlr3], [b3, b4, b5, b6, b7]);
    } else {
      let b9, b10;
      let hdlr5 = ["prevent", ctx['verify'], ctx];
      let txt4 = ctx['state'].address;
      let prop4 = new String((ctx['state'].code) === 0 ? 0 : ((ctx['state'].code) || ""));
      let prop5 = new Boolean(ctx['state'].isBusy);
      let attr4 = ctx['state'].problem?'true':'false';
      const v2 = ctx['this'];
      let hdlr6 = [(_event)=>v2.onCode(_event.target.value), ctx];
      let ref2 = (el) => this.__owl__.setRef((`field`), el);
      let txt5 = ctx['state'].problem;
      let prop6 = new Boolean(ctx['state'].isBusy);
      let hdlr7 = [ctx['changeAddress'], ctx];
      if (ctx['state'].left) {
        let txt6 = ctx['env'].texts.number(ctx['state'].left,{style:'unit',unit:'second'});
        b9 = block9([txt6]);
      } else {
        let prop7 = new Boolean(ctx['state'].isBusy);
        let hdlr8 = [ctx['sendCode'], ctx];
        b10 = block10([prop7, hdlr8]);
      }
      b8 = block8([hdlr5, txt4, prop4, prop5, attr4, hdlr6, ref2, txt5, prop6, hdlr7], [b9, b10]);
    }
    return multi([b2, b8]);
  }
},
};

// Dialogs of the system server: AOSP core/res/res/layout/alert_dialog_material.xml (4.4:
// alert_dialog_holo.xml, as the captured dialogs show it) and app_error_dialog.xml, app_anr_dialog.xml;
// AppErrorDialog, AppNotRespondingDialog, DeprecatedTargetSdkVersionDialog.
#include "simdroid/print/boxes.h"
#include "simdroid/print/labels.h"
#include "simdroid/print/system_windows.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstErrorLayoutApi = 24;

struct Choice {
  std::string id, label, action;
};

Window placed(const BoxMaker& make, std::string title, Box panel) {
  Box root = make.frame("", make.frame("", make.frame("android:id/content", std::move(panel))));
  root.look = Look::kCard;
  const Geometry& g = make.geometry();
  move_to(root, (g.width_px - root.whole.width()) / 2, (g.height_px - root.whole.height()) / 2);
  Window w = window_of(std::move(title), "android", std::move(root));
  w.dims = true;
  return w;
}

// An AlertDialog: title, message, up to three buttons in one line.
Window alert(const DeviceShape& shape, const std::string& window_title, const std::string& title,
             const std::string& message, const std::vector<Choice>& choices) {
  const BoxMaker make(geometry_of(shape), "android");
  const int width = make.geometry().width_px - 2 * make.dp(24);
  const int inner = width - 2 * make.dp(24);
  std::vector<Box> parts;
  if (!title.empty()) {
    Box words = make.text("alertTitle", title, inner, 20, Look::kTitle);
    Box line = make.row("LinearLayout", "title_template", width, make.dp(20), {std::move(words)});
    parts.push_back(make.column("LinearLayout", "topPanel", width, 0, {std::move(line)}));
  }
  if (!message.empty()) {
    Box words = make.column("ScrollView", "scrollView", width, make.dp(20),
                            {make.text("message", message, inner, 16)});
    parts.push_back(make.column("FrameLayout", "contentPanel", width, 0, {std::move(words)}));
  }
  std::vector<Box> buttons;
  for (const Choice& choice : choices)
    buttons.push_back(make.button(choice.id, choice.label, make.dp(112), choice.action));
  Box line = make.row("LinearLayout", "", width, make.dp(4), std::move(buttons), true);
  parts.push_back(make.column("ScrollView", "buttonPanel", width, 0, {std::move(line)}));
  return placed(make, window_title, make.column("LinearLayout", "parentPanel", width, 0, std::move(parts)));
}

// Since 7.0: a title and the choices below one another.
Window error_dialog(const DeviceShape& shape, const std::string& window_title, const std::string& title,
                    const std::vector<Choice>& choices) {
  const BoxMaker make(geometry_of(shape), "android");
  const int width = make.geometry().width_px - 2 * make.dp(24);
  const int inner = width - 2 * make.dp(24);
  Box words = make.text("alertTitle", title, inner, 20, Look::kTitle);
  Box line = make.row("LinearLayout", "title_template", width, make.dp(20), {std::move(words)});
  std::vector<Box> buttons;
  for (const Choice& choice : choices) {
    Box b = make.button(choice.id, choice.label, inner, choice.action);
    b.text = choice.label;  // these are no capitals
    b.centered = false;
    buttons.push_back(std::move(b));
  }
  Box list = make.column("LinearLayout", "", width, make.dp(16), std::move(buttons));
  Box custom = make.column("FrameLayout", "customPanel", width, 0,
                           {make.column("FrameLayout", "custom", width, 0, {std::move(list)})});
  Box top = make.column("LinearLayout", "topPanel", width, 0, {std::move(line)});
  return placed(make, window_title,
                make.column("LinearLayout", "parentPanel", width, 0, {std::move(top), std::move(custom)}));
}
}  // namespace

Window old_target_warning(const DeviceShape& shape, const std::string& locale, const std::string& /*package*/,
                          const std::string& label) {
  const Labels labels(shape, locale);
  return alert(shape, "", label, labels.app("old_target.message", label), {{"button1", labels("ok"), "ok"}});
}

Window crash_dialog(const DeviceShape& shape, const std::string& locale, const std::string& package,
                    const std::string& label, bool repeating) {
  const Labels labels(shape, locale);
  const std::string title = "Application Error: " + package;
  const std::string words =
      labels.app(repeating && labels.has("crash.repeated") ? "crash.repeated" : "crash.once", label);
  if (shape.api < kFirstErrorLayoutApi)
    return alert(shape, title, "", words, {{"button1", labels("ok"), "close"}});
  std::vector<Choice> choices;
  if (!repeating) choices.push_back({"aerr_restart", labels("crash.restart"), "restart"});
  if (repeating) choices.push_back({"aerr_app_info", labels("crash.app_info"), "app_info"});
  choices.push_back({"aerr_close", labels("crash.close"), "close"});
  return error_dialog(shape, title, words, choices);
}

Window not_responding_dialog(const DeviceShape& shape, const std::string& locale, const std::string& package,
                             const std::string& label) {
  const Labels labels(shape, locale);
  const std::string title = "Application Not Responding: " + package;
  const std::string words = labels.app("anr.title", label);
  if (shape.api < kFirstErrorLayoutApi) {
    return alert(shape, title, "", words,
                 {{"button2", labels("anr.wait"), "wait"}, {"button1", labels("ok"), "close"}});
  }
  return error_dialog(
      shape, title, words,
      {{"aerr_close", labels("anr.close"), "close"}, {"aerr_wait", labels("anr.wait"), "wait"}});
}

}  // namespace storesweep::simdroid

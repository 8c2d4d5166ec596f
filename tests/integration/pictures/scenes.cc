#include "tests/integration/pictures/scenes.h"

#include <map>

#include "simdroid/print/layout.h"
#include "simdroid/print/shape.h"
#include "simdroid/print/system_windows.h"

namespace storesweep::pictures {
namespace {
using simdroid::DeviceShape;
using simdroid::Display;
using simdroid::Geometry;
using simdroid::ScreenSpec;
using simdroid::ViewKind;
using simdroid::ViewSpec;
using simdroid::Window;

struct Size {
  const char* name;
  int api, width, height, dpi;
};
constexpr Size kSizes[] = {{"720p", 28, 720, 1280, 320},
                           {"1080p", 28, 1080, 1920, 420},
                           {"1080p-tall", 33, 1080, 2340, 440},
                           {"1440p", 33, 1440, 3120, 560}};
constexpr Size kCoarse = {"640-160dpi", 28, 640, 900, 160};

ViewSpec view(ViewKind kind, const std::string& id, const std::string& text, const std::string& row = "") {
  ViewSpec out;
  out.kind = kind;
  out.id = id;
  out.text = text;
  out.row = row;
  out.clickable = kind == ViewKind::kButton || kind == ViewKind::kLink || kind == ViewKind::kCheck;
  return out;
}

struct Words {
  const char *app, *home, *title, *message, *link, *box, *refuse, *agree;
};
constexpr Words kConsents[] = {
    {"邻里集市", "今日推荐：新鲜蔬菜与水果", "用户协议与隐私政策",
     "欢迎使用邻里集市！请您阅读并同意《用户协议》和《隐私政策》。我们会收集您的设备信息，用于安全保障。",
     "《隐私政策》", "", "不同意", "同意并继续"},
    {"丰收助手", "行情与天气", "个人信息保护指引",
     "请您充分阅读并理解《用户协议》和《隐私政策》，同意后开始使用我们的服务。为了向您提供定位、"
     "发布信息等功能，我们需要收集您的位置信息和相册内容。您可以在设置中查看、变更、删除个人信息。",
     "", "我已阅读并同意《用户协议》和《隐私政策》", "暂不使用", "同意"},
    {"晨读新闻", "头条 推荐 视频", "温馨提示",
     "感谢您信任并使用晨读新闻。在您使用前，请认真阅读《服务协议》与《隐私政策》的全部内容，"
     "同意并接受全部条款后开始使用。如您不同意，将无法继续使用本应用。",
     "《服务协议》", "", "不同意并退出", "同意并继续"},
    {"星光直播", "直播间", "服务协议和隐私政策",
     "请你务必审慎阅读、充分理解“服务协议”和“隐私政策”各条款，包括但不限于：为了更好地向你提供服务，"
     "我们需要收集你的设备标识、操作日志等信息用于分析、优化应用性能。",
     "", "", "拒绝", "同意"},
    {"Harvest Helper", "Prices and weather", "Terms and Privacy Policy",
     "Welcome to Harvest Helper! Please read and agree to our Terms of Service and Privacy Policy. We "
     "collect device information to keep your account safe.",
     "Privacy Policy", "", "Disagree", "Agree and continue"},
    {"Morning News", "Top stories", "Your privacy",
     "Before you start, please read our User Agreement and Privacy Policy carefully. By tapping Accept you "
     "agree that we process your personal information as they say.",
     "", "I have read and agree to the User Agreement and Privacy Policy", "Decline", "Accept"}};

ScreenSpec consent_of(const Words& w, bool dialog, bool in_a_row) {
  ScreenSpec s{w.title, dialog, {}};
  s.views.push_back(view(ViewKind::kText, "m", w.message));
  if (*w.link) s.views.push_back(view(ViewKind::kLink, "p", w.link));
  if (*w.box) s.views.push_back(view(ViewKind::kCheck, "c", w.box));
  s.views.push_back(view(ViewKind::kButton, "n", w.refuse, in_a_row ? "r" : ""));
  s.views.push_back(view(ViewKind::kButton, "y", w.agree, in_a_row ? "r" : ""));
  return s;
}

struct Advert {
  const char *app, *title, *picture, *text, *skip;
};
constexpr Advert kAdverts[] = {{"晨读新闻", "", "限时特惠 全场五折", "广告", "跳过 5"},
                               {"邻里集市", "", "新人专享大礼包", "广告 来自合作伙伴", "跳过广告"},
                               {"星光直播", "年终盛典", "点击跳转至第三方应用", "广告", "关闭广告"},
                               {"Star Live", "", "Half price on everything", "Advertisement", "Skip 5s"}};

ScreenSpec advert_of(const Advert& a) {
  ScreenSpec s{a.title, false, {}};
  s.views.push_back(view(ViewKind::kButton, "skip", a.skip));
  s.views.push_back(view(ViewKind::kImage, "picture", a.picture));
  s.views.push_back(view(ViewKind::kText, "mark", a.text));
  return s;
}

const DeviceShape& loaded(int api) {
  static std::map<int, DeviceShape> shapes;
  auto at = shapes.find(api);
  if (at == shapes.end()) {
    auto shape = simdroid::load_shape(SIMDROID_SHAPES, api);
    at = shapes.emplace(api, shape.ok() ? std::move(shape).value() : DeviceShape()).first;
  }
  return at->second;
}

class Maker {
 public:
  explicit Maker(const Size& size) : size_(size), shape_(loaded(size.api)) {
    shape_.width_px = size.width;
    shape_.height_px = size.height;
    shape_.density_dpi = size.dpi;
    g_ = simdroid::geometry_of(shape_);
  }

  void consents(std::vector<Scene>& out) const {
    int n = 0;
    for (const Words& w : kConsents) {
      const bool dialog = n % 3 != 2;
      add(out, "consent-" + std::to_string(n), Kind::kConsent, w.app,
          {ScreenSpec{w.app, false, {view(ViewKind::kText, "h", w.home)}},
           consent_of(w, dialog, n % 2 == 0)});
      ++n;
    }
  }
  void adverts(std::vector<Scene>& out) const {
    int n = 0;
    for (const Advert& a : kAdverts)
      add(out, "advert-" + std::to_string(n++), Kind::kAdvert, a.app, {advert_of(a)});
  }
  void permissions(std::vector<Scene>& out) const {
    int n = 0;
    for (const char* group : {"CAMERA", "LOCATION", "CONTACTS", "STORAGE"}) {
      for (const char* locale : {"zh-CN", "en-US"}) {
        simdroid::PermissionRequest r;
        r.package = "cn.probe";
        r.label = std::string(locale) == "zh-CN" ? "邻里集市" : "Harvest Helper";
        r.group = std::string("android.permission-group.") + group;
        r.asked_before = n % 3 == 1;
        Scene s = base("permission-" + std::to_string(n++), Kind::kPermission);
        s.display.windows.push_back(simdroid::permission_dialog(shape_, locale, r));
        bars(s);
        out.push_back(std::move(s));
      }
    }
  }

 private:
  Scene base(const std::string& name, Kind kind) const {
    Scene s;
    s.name = std::string(size_.name) + "-" + name;
    s.kind = kind;
    s.density_dpi = size_.dpi;
    s.display = Display{g_.width_px, g_.height_px, g_.density_dpi, {}, true};
    return s;
  }
  void bars(Scene& s) const {
    for (Window& bar : simdroid::system_bars(g_, "9:41")) s.display.windows.push_back(std::move(bar));
  }
  void add(std::vector<Scene>& out, const std::string& name, Kind kind, const std::string& label,
           const std::vector<ScreenSpec>& screens) const {
    Scene s = base(name, kind);
    const simdroid::AppScreen app{"cn.probe", "cn.probe/cn.probe.MainActivity", label, 30};
    for (const ScreenSpec& screen : screens) {
      int scroll = 0;
      s.display.windows.push_back(simdroid::lay_out(g_, app, screen, scroll));
    }
    bars(s);
    out.push_back(std::move(s));
  }

  Size size_;
  DeviceShape shape_;
  Geometry g_;
};

}  // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"consent", "permission", "advertisement"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<Scene> scenes() {
  std::vector<Scene> out;
  for (const Size& size : kSizes) {
    const Maker make(size);
    make.consents(out);
    make.permissions(out);
    make.adverts(out);
  }
  const Maker coarse(kCoarse);
  coarse.consents(out);
  return out;
}

}  // namespace storesweep::pictures
